package serve

import (
	"bytes"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/url"
)

// pictureBody is what a request with one picture holds: the picture, and what
// was asked for beside it.
type pictureBody struct {
	picture []byte
	form    url.Values // of a multipart form's other parts
	object  []byte     // the JSON object, in place of a picture
}

// readPictureBody reads a body by what it is, not by what it is called: curl
// and others name any type. Only a multipart form needs its header.
func (s *Server) readPictureBody(w http.ResponseWriter, r *http.Request) (pictureBody, error) {
	kind, parameters, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if kind == "multipart/form-data" {
		data, err := s.body(w, r, s.withBase64(), 2)
		if err != nil {
			return pictureBody{}, err
		}
		return s.readForm(data, parameters["boundary"])
	}
	data, err := s.body(w, r, s.withBase64(), 3)
	if err != nil {
		return pictureBody{}, err
	}
	if text := bytes.TrimLeft(data, " \t\r\n"); bytes.HasPrefix(text, []byte("{")) || kind == "application/json" {
		return pictureBody{object: data}, nil
	}
	if int64(len(data)) > s.options.Body {
		return pictureBody{}, tooLong(s.options.Body)
	}
	if len(data) == 0 {
		return pictureBody{}, refuse(http.StatusBadRequest, "no picture", "the request is empty; a picture was expected")
	}
	return pictureBody{picture: data}, nil
}

// formParts is how many parts of a form are looked at.
const formParts = 32

// longestText is how much of a form's text is kept: no parameter is as long.
const longestText = 64

// readForm takes the first file of a form, whatever the part is called and
// whether or not it says its type, and the texts beside it.
func (s *Server) readForm(data []byte, boundary string) (pictureBody, error) {
	body := pictureBody{form: url.Values{}}
	if boundary == "" {
		return body, badForm(errors.New("its header names no boundary"))
	}
	parts := multipart.NewReader(bytes.NewReader(data), boundary)
	for range formParts {
		part, err := parts.NextRawPart()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return body, badForm(err)
		}
		content, err := io.ReadAll(part)
		if err != nil {
			return body, badForm(err)
		}
		switch isPicture := part.FileName() != "" || looksLikePicture(part); {
		case body.picture == nil && isPicture:
			body.picture = content
		case !isPicture:
			body.form.Add(part.FormName(), string(content[:min(len(content), longestText)]))
		}
	}
	if len(body.picture) == 0 {
		return body, refuse(http.StatusBadRequest, "no picture", "the form holds no file; send the picture as one")
	}
	if int64(len(body.picture)) > s.options.Body {
		return body, tooLong(s.options.Body)
	}
	return body, nil
}

// looksLikePicture tells whether a part without a file's name is one: it says
// a type that is no text, or is named as pictures are.
func looksLikePicture(part *multipart.Part) bool {
	kind, _, _ := mime.ParseMediaType(part.Header.Get("Content-Type"))
	switch part.FormName() {
	case "image", "file", "picture", "inputs", "data":
		return true
	}
	return kind != "" && kind != "text/plain"
}

func badForm(err error) error {
	return refuse(http.StatusBadRequest, "bad request", "the multipart form cannot be read: %v", err)
}
