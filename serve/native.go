package serve

import (
	"net/http"
	"slices"

	"github.com/seetell/seetell/captioner"
)

// native is our own dialect.
type native struct{ *Server }

// routes are our own: a picture in, all that the model says out.
func (s native) routes(mux *http.ServeMux) {
	s.handle(mux, "POST /caption", plainDialect, s.caption)
	s.handle(mux, "POST /attention", plainDialect, s.sheet)
}

// nativeRequest is the body of a request in JSON.
type nativeRequest struct {
	Image string `json:"image"`
	settings
}

// nativeAnswer is what /caption answers.
type nativeAnswer struct {
	Captions []captioner.Caption `json:"captions"` // best first
	Picture  sizeJSON            `json:"picture"`  // upright
	Grid     gridJSON            `json:"grid"`
	Model    string              `json:"model"`
	Seconds  secondsJSON         `json:"seconds"`
}

type sizeJSON struct {
	Width  int `json:"width"`
	Height int `json:"height"`
}

// gridJSON is the places that attention is over. View is what they cover of
// the upright picture: left, top, right, bottom.
type gridJSON struct {
	Rows    int    `json:"rows"`
	Columns int    `json:"columns"`
	View    [4]int `json:"view"`
}

type secondsJSON struct {
	Queue  float64 `json:"queue"`
	Decode float64 `json:"decode"`
	Model  float64 `json:"model"`
}

func (s native) caption(w http.ResponseWriter, r *http.Request) error {
	if err := addressed(r, settingNames); err != nil {
		return err
	}
	picture, o, err := s.readNative(w, r, settingNames)
	if err != nil {
		return err
	}
	d, err := s.describe(r.Context(), picture, o)
	if err != nil {
		return err
	}
	writeJSON(w, http.StatusOK, s.answer(d, o.Attention != nil && *o.Attention))
	return nil
}

// readNative reads a picture, raw, in a form or in JSON, and what is asked for
// in the address, the form or the JSON. The form and the JSON may hold names
// beside the picture, and no others; nil is for whatever a client may send.
func (s *Server) readNative(w http.ResponseWriter, r *http.Request, names []string) ([]byte, settings, error) {
	var o settings
	if err := o.fill(r.URL.Query()); err != nil {
		return nil, o, err
	}
	body, err := s.readPictureBody(w, r)
	if err != nil {
		return nil, o, err
	}
	if body.object != nil {
		return s.parseNative(body.object, o, names)
	}
	if names != nil {
		if err := known(namesOf(body.form), names); err != nil {
			return nil, o, err
		}
	}
	return body.picture, o, o.fill(body.form)
}

// parseNative reads the picture in a JSON object, and what is asked for beside
// it: that counts before o, the address's.
func (s *Server) parseNative(object []byte, o settings, names []string) ([]byte, settings, error) {
	request := nativeRequest{settings: o}
	if err := parseJSON(object, &request); err != nil {
		return nil, o, err
	}
	if names != nil {
		if err := known(namesIn(object), slices.Concat([]string{"image"}, names)); err != nil {
			return nil, o, err
		}
	}
	if request.Image == "" {
		return nil, o, refuse(http.StatusBadRequest, "no picture", `the request holds no picture; its place is "image"`)
	}
	pictures, err := s.picturesOf([]string{request.Image})
	if err != nil {
		return nil, o, err
	}
	return pictures[0], request.settings, nil
}

func (s native) answer(d description, attention bool) nativeAnswer {
	side := side(d.captions[0].Words[0].Attention)
	answer := nativeAnswer{
		Picture: sizeJSON{d.width, d.height},
		Grid:    gridJSON{side, side, [4]int{d.view.Min.X, d.view.Min.Y, d.view.Max.X, d.view.Max.Y}},
		Model:   s.options.Name,
		Seconds: secondsJSON{d.queue.Seconds(), d.decode.Seconds(), d.model.Seconds()},
	}
	for _, c := range d.captions {
		if !attention {
			c = c.WithoutAttention()
		}
		answer.Captions = append(answer.Captions, c)
	}
	return answer
}
