package serve

import (
	"bytes"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"testing"
)

func TestCORS(t *testing.T) {
	s := newServer(t, &fakeModel{}, func(o *Options) {
		o.CORSOrigins = []string{"https://one.example", "https://two.example"}
	})
	preflight := func(origin string) *httptest.ResponseRecorder {
		return ask(t, s, request{method: http.MethodOptions, path: "/v1/chat/completions", header: http.Header{
			"Origin": {origin}, "Access-Control-Request-Method": {"POST"},
			"Access-Control-Request-Headers": {"authorization,content-type,x-stainless-arch,x-stainless-lang,x-stainless-retry-count"},
		}})
	}
	for _, origin := range []string{"https://one.example", "https://two.example"} {
		answer := preflight(origin)
		if got := answer.Header().Get("Access-Control-Allow-Origin"); got != origin || answer.Code/100 != 2 {
			t.Errorf("%s: status %d, allowed %q", origin, answer.Code, got)
		}
		if !strings.Contains(answer.Header().Get("Access-Control-Allow-Headers"), "x-stainless-arch") {
			t.Errorf("%s: headers %q", origin, answer.Header().Get("Access-Control-Allow-Headers"))
		}
		sent := ask(t, s, request{path: "/caption", body: bytes.NewReader(redJPEG(t)), header: http.Header{"Origin": {origin}, "Sec-Fetch-Site": {"cross-site"}}})
		if sent.Code != 200 || sent.Header().Get("Access-Control-Allow-Origin") != origin {
			t.Errorf("%s: status %d, allowed %q", origin, sent.Code, sent.Header().Get("Access-Control-Allow-Origin"))
		}
	}
	if got := preflight("https://hostile.example").Header().Get("Access-Control-Allow-Origin"); got != "" {
		t.Errorf("a hostile origin is allowed: %q", got)
	}
	for name, s := range map[string]*Server{"some origins": s, "none": newServer(t, &fakeModel{}, nil)} {
		hostile := ask(t, s, request{path: "/caption", body: bytes.NewReader(redJPEG(t)), header: http.Header{"Origin": {"https://hostile.example"}, "Sec-Fetch-Site": {"cross-site"}}})
		if hostile.Code != http.StatusForbidden || hostile.Header().Get("Access-Control-Allow-Origin") != "" {
			t.Errorf("%s allowed: a hostile page gets status %d", name, hostile.Code)
		}
	}
}

func TestHosts(t *testing.T) {
	s := newServer(t, &fakeModel{}, func(o *Options) { o.Hosts = append(LoopbackHosts(), "photos.example", "*.Gallery.example") })
	for host, want := range map[string]int{
		"localhost:8080": 200, "127.0.0.1:8080": 200, "[::1]:8080": 200, "a.localhost": 200, "PHOTOS.example": 200, "a.gallery.EXAMPLE": 200,
		"rebound.example": 403, "localhost.rebound.example": 403, "": 403,
	} {
		r := httptest.NewRequestWithContext(t.Context(), "GET", "/about.json", nil)
		r.Host = host
		w := httptest.NewRecorder()
		if s.ServeHTTP(w, r); w.Code != want {
			t.Errorf("asked as %q: status %d, want %d", host, w.Code, want)
		}
	}
}

func TestKey(t *testing.T) {
	var logged bytes.Buffer
	log := slog.New(slog.NewTextHandler(&logged, nil))
	s := newServer(t, &fakeModel{}, func(o *Options) { o.APIKey = "open sesame"; o.Log = log })
	for header, want := range map[string]int{"Bearer open sesame": 200, "bearer open sesame": 200, "Bearer open": 401, "": 401, "Basic open sesame": 401} {
		for name, q := range everyRoute(t, redJPEG(t)) {
			q.header = http.Header{"Authorization": {header}}
			if answer := ask(t, s, q); answer.Code != want {
				t.Errorf("%s with %q: status %d, want %d", name, header, answer.Code, want)
			}
		}
	}
	for _, path := range []string{"/", "/healthz", "/readyz", "/openapi.json", "/about.json"} {
		if answer := ask(t, s, request{method: "GET", path: path}); answer.Code != 200 {
			t.Errorf("%s without the key: status %d", path, answer.Code)
		}
	}
	if text := logged.String(); strings.Contains(text, "sesame") || strings.Contains(text, "red7") || !strings.Contains(text, "status=401") {
		t.Errorf("the log says %s", text)
	}
}

func TestAccessLog(t *testing.T) {
	var logged bytes.Buffer
	log := slog.New(slog.NewJSONHandler(&logged, nil))
	s := newServer(t, &fakeModel{}, func(o *Options) { o.Log = log })
	answer := ask(t, s, request{path: "/caption", body: bytes.NewReader(redJPEG(t)), header: http.Header{"X-Request-Id": {"mine-1"}}})
	if id := answer.Header().Get("X-Request-Id"); id != "mine-1" {
		t.Errorf("the request is called %q", id)
	}
	var line map[string]any
	if err := json.Unmarshal(logged.Bytes(), &line); err != nil {
		t.Fatalf("%v in %s", err, logged.String())
	}
	if line["request"] != "mine-1" || line["route"] != "POST /caption" || line["status"] != 200. || line["received"] != float64(len(redJPEG(t))) || line["decode"] == nil {
		t.Errorf("the log says %v", line)
	}
	hostile := ask(t, s, request{method: "GET", path: "/healthz", header: http.Header{"X-Request-Id": {"a\x1b[2Jb"}}})
	if id := hostile.Header().Get("X-Request-Id"); strings.Contains(id, "\x1b") || len(id) < 16 {
		t.Errorf("a hostile name of a request is kept: %q", id)
	}
}

func TestOperations(t *testing.T) {
	s := newServer(t, &fakeModel{}, func(o *Options) { o.SHA256 = "abc"; o.Device = "cpu" })
	for _, path := range []string{"/healthz", "/health", "/v2/health/live", "/readyz", "/v2/health/ready"} {
		if answer := ask(t, s, request{method: "GET", path: path}); answer.Code != 200 {
			t.Errorf("%s: status %d", path, answer.Code)
		}
	}
	ask(t, s, request{path: "/caption", body: bytes.NewReader(redJPEG(t))})
	metrics := ask(t, s, request{method: "GET", path: "/metrics"}).Body.String()
	for _, line := range []string{
		`seetell_http_requests_total{code="200",route="POST /caption"} 1`, `seetell_http_request_duration_seconds_count{route="POST /caption"} 1`,
		"seetell_requests_in_flight 1", "seetell_queue_length 0", "seetell_queue_wait_seconds_count 1", "seetell_batch_size_count 1",
		"seetell_decode_seconds_count 1", "seetell_inference_seconds_count 1", "seetell_captions_total 1",
		`seetell_model_info{device="cpu",name="seetell",sha256="abc"} 1`, "go_goroutines", "process_resident_memory_bytes",
	} {
		if !strings.Contains(metrics, line) {
			t.Errorf("the metrics lack %s", line)
		}
	}
	s.draining.Store(true)
	if answer := ask(t, s, request{method: "GET", path: "/readyz"}); answer.Code != 503 {
		t.Errorf("not ready any more: status %d", answer.Code)
	}
	if answer := ask(t, s, request{path: "/caption", body: bytes.NewReader(redJPEG(t))}); answer.Code != 200 {
		t.Errorf("a request while it drains: status %d", answer.Code)
	}
}

// behindProxy is a server below /photos, by a proxy that leaves its prefix or
// takes it off.
func behindProxy(t *testing.T, kept bool) string {
	t.Helper()
	address, err := url.Parse(listen(t, &fakeModel{}, func(o *Options) {
		if kept {
			o.BasePath = "/photos"
		}
	}))
	if err != nil {
		t.Fatal(err)
	}
	var proxy http.Handler = &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) {
		r.SetURL(address)
		r.Out.Host = r.In.Host
	}}
	if !kept {
		proxy = http.StripPrefix("/photos", proxy)
	}
	mux := http.NewServeMux()
	mux.Handle("/photos/", proxy)
	front := httptest.NewServer(mux)
	t.Cleanup(front.Close)
	return front.URL + "/photos/"
}

func TestBelowAProxysPath(t *testing.T) {
	for name, kept := range map[string]bool{"prefix kept": true, "prefix stripped": false} {
		t.Run(name, func(t *testing.T) {
			front := behindProxy(t, kept)
			for _, path := range []string{"", "page.css", "page.js", "healthz", "v1/models"} {
				answer, err := http.Get(front + path)
				if err != nil {
					t.Fatal(err)
				}
				body, err := io.ReadAll(answer.Body)
				answer.Body.Close()
				if err != nil || answer.StatusCode != 200 || bytes.Contains(body, []byte(`"/page`)) {
					t.Errorf("%q: status %d, %v", path, answer.StatusCode, err)
				}
			}
			if status, body, err := post(t, http.DefaultClient, front+"caption", redJPEG(t)); err != nil || status != 200 || captionIn(body) != captionOf(red) {
				t.Errorf("caption: status %d, %v: %s", status, err, body)
			}
			if status, body, err := post(t, http.DefaultClient, front, redJPEG(t)); err != nil || status != 200 || !strings.Contains(string(body), captionOf(red)) {
				t.Errorf("Hugging Face's: status %d, %v: %s", status, err, body)
			}
		})
	}
}

func TestPageIsStrict(t *testing.T) {
	s := newServer(t, &fakeModel{}, nil)
	for _, path := range []string{"/", "/page.js", "/page.css"} {
		answer := ask(t, s, request{method: "GET", path: path})
		policy := answer.Header().Get("Content-Security-Policy")
		if !strings.HasPrefix(policy, "default-src 'none'") || strings.Contains(policy, "unsafe") || answer.Header().Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("%s: policy %q", path, policy)
		}
		for _, far := range []string{"http://", "https://", "style=", "onclick", `src="/`, `href="/`} {
			if strings.Contains(answer.Body.String(), far) {
				t.Errorf("%s holds %q", path, far)
			}
		}
	}
}

// The Python clients want a list, the JavaScript one an object from 4.13.15 on.
func TestListOrObject(t *testing.T) {
	s := newServer(t, &fakeModel{}, nil)
	for _, test := range []struct {
		agent, query string
		object       bool
	}{
		{"unknown/None; hf_hub/2.4.0; python/3.11.7", "", false},
		{"unknown/None; hf_hub/0.25.2; python/3.11.7", "", false},
		{"@huggingface/inference/4.13.14 Node.js/20", "", false},
		{"@huggingface/inference/4.13.15 Node.js/20", "", true},
		{"@huggingface/inference/4.13.30 Node.js/20", "", true},
		{"@huggingface/inference/4.2.90", "", false},
		{"@huggingface/inference/5.0.0", "", true},
		{"Mozilla/5.0", "?output=object", true},
		{"@huggingface/inference/4.13.30", "?output=list", false},
	} {
		for _, path := range []string{"/", "/predict", "/v1", "/models/Salesforce/blip"} {
			answer := ask(t, s, request{path: path + test.query, body: bytes.NewReader(redJPEG(t)), header: http.Header{"User-Agent": {test.agent}}})
			want := `[{"generated_text":"` + captionOf(red) + `"}]` + "\n"
			if test.object {
				want = strings.Trim(want, "[]\n")[:len(want)-3] + "\n"
			}
			if answer.Code != 200 || answer.Body.String() != want {
				t.Errorf("%s at %s%s: status %d, %s", test.agent, path, test.query, answer.Code, answer.Body)
			}
		}
	}
	body := `{"inputs":"` + strings.TrimSuffix(strings.TrimPrefix(quoted(redJPEG(t)), `{"image":"`), `"}`) + `","parameters":{"generation_parameters":{"num_beams":2,"max_new_tokens":2}}}`
	if answer := ask(t, s, request{path: "/", body: strings.NewReader(body)}); answer.Body.String() != `[{"generated_text":"red7 green1"}]`+"\n" {
		t.Errorf("with parameters: %s", answer.Body)
	}
}
