package serve

import (
	"embed"
	"mime"
	"net/http"
	"path"
)

//go:embed page
var pageFiles embed.FS

// policy lets the page load what this server holds, and nothing else.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; connect-src 'self'; " +
	"media-src blob:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// page is the page for people.
type page struct{ *Server }

// routes serve the page and what it loads.
func (s page) routes(mux *http.ServeMux) {
	files := map[string]string{"/{$}": "index.html", "/favicon.ico": "icon.svg"}
	for _, name := range []string{"page.css", "page.js", "card.js", "api.js", "attention.js", "camera.js", "icon.svg"} {
		files["/"+name] = name
	}
	for at, name := range files {
		s.handleOpen(mux, "GET "+at, plainDialect, func(w http.ResponseWriter, r *http.Request) error {
			data, err := pageFiles.ReadFile(path.Join("page", name))
			if err != nil {
				return err
			}
			w.Header().Set("Content-Type", mime.TypeByExtension(path.Ext(name)))
			w.Header().Set("Content-Security-Policy", policy)
			w.Header().Set("Permissions-Policy", "camera=(self), microphone=(), geolocation=()")
			w.Header().Set("Cross-Origin-Opener-Policy", "same-origin")
			w.Header().Set("Cache-Control", "no-cache")
			_, err = w.Write(data)
			return ignoreLeft(err)
		})
	}
	s.handleOpen(mux, "GET /about.json", plainDialect, func(w http.ResponseWriter, r *http.Request) error {
		writeJSON(w, http.StatusOK, map[string]any{
			"model": s.options.Name, "version": s.options.Version, "body": s.options.Body,
			"beam": s.options.Beam.Width, "max_beam": s.options.MaxBeam,
		})
		return nil
	})
}
