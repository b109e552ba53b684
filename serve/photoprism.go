package serve

import "net/http"

// photoPrism is the dialect of PhotoPrism.
type photoPrism struct{ *Server }

// routes are PhotoPrism's own Vision API, which it speaks to a
// service that its vision.yml names.
func (s photoPrism) routes(mux *http.ServeMux) {
	const path = "POST /api/v1/vision/caption"
	for _, rest := range []string{"", "/{model}", "/{model}/{version}"} {
		s.handle(mux, path+rest, photoPrismDialect, s.vision)
	}
}

// photoPrismDialect repeats the status, and the request's own name, in the
// body.
var photoPrismDialect = dialect{fail: func(w http.ResponseWriter, r *http.Request, f *failure) {
	writeFailure(w, f, f.status, map[string]any{"id": exchangeOf(r.Context()).called(), "code": f.status, "error": f.text})
}}

// visionRequest is a request for a caption of the first picture. PhotoPrism's
// decoder takes objects where its manual shows texts.
type visionRequest struct {
	ID     string   `json:"id"`
	Images []string `json:"images"`
}

type visionAnswer struct {
	ID     string       `json:"id"`
	Code   int          `json:"code"`
	Model  visionModel  `json:"model"`
	Result visionResult `json:"result"`
}

type visionModel struct {
	Type    string `json:"type"`
	Name    string `json:"name"`
	Version string `json:"version"`
}

type visionResult struct {
	Caption visionCaption `json:"caption"`
}

type visionCaption struct {
	Text       string  `json:"text"`
	Confidence float64 `json:"confidence"`
}

func (s photoPrism) vision(w http.ResponseWriter, r *http.Request) error {
	var request visionRequest
	err := s.readJSON(w, r, &request)
	exchangeOf(r.Context()).named = request.ID // which an error repeats too
	if err != nil {
		return err
	}
	all, err := s.describeTexts(r, request.Images, nil)
	if err != nil {
		return err
	}
	writeJSON(w, http.StatusOK, visionAnswer{
		ID: exchangeOf(r.Context()).called(), Code: http.StatusOK,
		Model:  visionModel{"caption", s.options.Name, "1"},
		Result: visionResult{visionCaption{sentences(all), all[0].captions[0].Confidence}},
	})
	return nil
}
