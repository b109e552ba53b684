package serve

import (
	"net/http"
	"regexp"
	"strconv"
	"strings"
)

// huggingFace is the dialect of Hugging Face's clients.
type huggingFace struct{ *Server }

// routes are image-to-text of Hugging Face's inference API: its
// clients put the picture itself in the body, and use the address as given.
func (s huggingFace) routes(mux *http.ServeMux) {
	for _, path := range []string{"/{$}", "/predict", "/v1", "/models/{id...}"} {
		s.handle(mux, "POST "+path, plainDialect, s.imageToText)
	}
}

// huggingFaceRequest is the body of a request in JSON.
type huggingFaceRequest struct {
	Inputs     string                `json:"inputs"`
	Parameters huggingFaceParameters `json:"parameters"`
}

type huggingFaceParameters struct {
	generation
	Nested *generation `json:"generation_parameters"`
}

type generation struct {
	Beams     *int `json:"num_beams"`
	NewTokens *int `json:"max_new_tokens"`
}

type generatedText struct {
	Text string `json:"generated_text"`
}

func (s huggingFace) imageToText(w http.ResponseWriter, r *http.Request) error {
	body, err := s.readPictureBody(w, r)
	if err != nil {
		return err
	}
	var asked settings
	if body.object != nil {
		if body.picture, asked, err = s.parse(body.object); err != nil {
			return err
		}
	}
	d, err := s.describe(r.Context(), body.picture, asked)
	if err != nil {
		return err
	}
	if wantsObject(r) {
		writeJSON(w, http.StatusOK, generatedText{d.best()})
	} else {
		writeJSON(w, http.StatusOK, []generatedText{{d.best()}})
	}
	return nil
}

func (s huggingFace) parse(object []byte) ([]byte, settings, error) {
	var request huggingFaceRequest
	if err := parseJSON(object, &request); err != nil {
		return nil, settings{}, err
	}
	if request.Inputs == "" {
		return nil, settings{}, refuse(http.StatusBadRequest, "no picture", `the request holds no picture; its place is "inputs"`)
	}
	pictures, err := s.picturesOf([]string{request.Inputs})
	if err != nil {
		return nil, settings{}, err
	}
	asked := request.Parameters.generation
	if nested := request.Parameters.Nested; nested != nil {
		asked = *nested
	}
	o := settings{Beam: asked.Beams}
	if asked.NewTokens != nil { // a cap there: more than we ever say is no mistake
		most := min(*asked.NewTokens, s.options.Beam.MaxWords)
		o.MaxWords = &most
	}
	return pictures[0], o, nil
}

// inferenceJS is the JavaScript client's name for itself.
var inferenceJS = regexp.MustCompile(`@huggingface/inference/(\d+)\.(\d+)\.(\d+)`)

// wantsObject tells whether the answer is an object, where the Python clients,
// and the JavaScript one up to 4.13.14, take a list of one.
func wantsObject(r *http.Request) bool {
	switch output := r.URL.Query().Get("output"); output {
	case "object", "list":
		return output == "object"
	}
	version := inferenceJS.FindStringSubmatch(strings.Join(r.Header.Values("User-Agent"), " "))
	if version == nil {
		return false
	}
	for i, since := range []int{4, 13, 15} {
		if n, _ := strconv.Atoi(version[i+1]); n != since {
			return n > since
		}
	}
	return true
}
