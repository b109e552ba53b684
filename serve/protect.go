package serve

import (
	"crypto/sha256"
	"crypto/subtle"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"

	"github.com/rs/cors"
)

// guard decides who may ask.
type guard struct{ *Server }

// protect puts the checks that are the same for all routes before them: which
// host is asked, by whose page, and below which path.
func (s guard) protect(h http.Handler) (http.Handler, error) {
	h = s.belowBasePath(h)
	h, err := s.crossOrigin(h)
	if err != nil {
		return nil, err
	}
	return s.checkHost(secure(h)), nil
}

// secure sets what browsers are told of every answer.
func secure(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Content-Type-Options", "nosniff")
		w.Header().Set("Referrer-Policy", "no-referrer")
		w.Header().Set("Cache-Control", "no-store") // captions are nobody else's
		h.ServeHTTP(w, r)
	})
}

// crossOrigin turns away what other sites' pages send, but for the origins
// that are allowed.
func (s guard) crossOrigin(h http.Handler) (http.Handler, error) {
	origins := s.options.CORSOrigins
	if !slices.Contains(origins, "*") {
		protection := http.NewCrossOriginProtection()
		for _, origin := range origins {
			if err := protection.AddTrustedOrigin(origin); err != nil {
				return nil, fmt.Errorf("origin %q: %w", origin, err)
			}
		}
		protection.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			s.fail(w, r, plainDialect, refuse(http.StatusForbidden, "origin", "pages of other sites may not ask here, unless who runs the server allows their origin"))
		}))
		h = protection.Handler(h)
	}
	if len(origins) == 0 {
		return h, nil
	}
	return cors.New(cors.Options{
		AllowedOrigins: origins, AllowedMethods: []string{"GET", "HEAD", "POST"}, AllowedHeaders: []string{"*"},
		ExposedHeaders: []string{"Retry-After", "X-Request-Id"}, MaxAge: 600,
	}).Handler(h), nil
}

// checkHost turns away requests that are addressed to another host than the
// server's own: on a loopback address, where a page may have made its own
// name resolve there (DNS rebinding), that is how it is told.
func (s guard) checkHost(h http.Handler) http.Handler {
	if len(s.options.Hosts) == 0 {
		return h
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if path := r.URL.Path; !s.hostAllowed(r.Host) && path != "/healthz" && path != "/readyz" {
			s.fail(w, r, plainDialect, refuse(http.StatusForbidden, "host", "this server is not known by that name, unless who runs it says so"))
			return
		}
		h.ServeHTTP(w, r)
	})
}

func (s guard) hostAllowed(host string) bool {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	host = strings.ToLower(strings.TrimSuffix(strings.Trim(host, "[]"), "."))
	return slices.ContainsFunc(s.options.Hosts, func(allowed string) bool {
		if suffix, found := strings.CutPrefix(allowed, "*"); found {
			return strings.HasSuffix(host, strings.ToLower(suffix))
		}
		return host == strings.ToLower(allowed)
	})
}

// isHost tells whether a request's host may match what is allowed: an address, a
// name, or * and the end of one.
func isHost(allowed string) bool {
	if _, err := netip.ParseAddr(allowed); err == nil || allowed == "*" {
		return true
	}
	name := strings.TrimPrefix(allowed, "*")
	return name != "" && !strings.HasSuffix(name, ".") && !strings.ContainsAny(name, "*/:?#@[]\\ \t\r\n")
}

// LoopbackHosts are the names by which a machine reaches itself, and by which
// containers reach the machine that runs them.
func LoopbackHosts() []string {
	return []string{"localhost", "127.0.0.1", "::1", "*.localhost", "host.docker.internal", "host.containers.internal"}
}

// belowBasePath serves below the base path as well as without it, for a proxy
// that leaves its prefix and for whoever asks past the proxy.
func (s guard) belowBasePath(h http.Handler) http.Handler {
	base := s.options.BasePath
	if base == "" {
		return h
	}
	stripped := http.StripPrefix(base, h)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.URL.Path == base && (r.Method == http.MethodGet || r.Method == http.MethodHead):
			http.Redirect(w, r, base[strings.LastIndex(base, "/")+1:]+"/", http.StatusPermanentRedirect)
		case r.URL.Path == base:
			r.URL.Path = base + "/"
			stripped.ServeHTTP(w, r)
		case strings.HasPrefix(r.URL.Path, base+"/"):
			stripped.ServeHTTP(w, r)
		default:
			h.ServeHTTP(w, r)
		}
	})
}

// checkKey compares what a request bears with the key, in a time that tells
// nothing of it.
func (s guard) checkKey(r *http.Request) error {
	if s.options.APIKey == "" {
		return nil
	}
	scheme, given, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	got, want := sha256.Sum256([]byte(strings.TrimSpace(given))), sha256.Sum256([]byte(s.options.APIKey))
	if !strings.EqualFold(scheme, "Bearer") || subtle.ConstantTimeCompare(got[:], want[:]) != 1 {
		return refuse(http.StatusUnauthorized, "key", "this server wants its key: Authorization: Bearer …")
	}
	return nil
}
