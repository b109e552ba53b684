package serve

import (
	"bytes"
	"mime/multipart"
	"strings"
	"testing"
)

// TestCaptionsHaveAWord: a server of captions that may be empty is none, and a
// request for few words is not held to more of them.
func TestCaptionsHaveAWord(t *testing.T) {
	o := DefaultOptions()
	o.Beam.MinWords = 0
	if _, err := New(&fakeModel{}, o); err == nil || !strings.Contains(err.Error(), "min words 0") {
		t.Errorf("captions without words are served: %v", err)
	}
	s := newServer(t, &fakeModel{}, func(o *Options) { o.Beam.MinWords = 5 })
	for most, want := range map[int]int{1: 1, 3: 3, 5: 5, 9: 5} {
		if b, err := s.beam(settings{MaxWords: &most}); err != nil || b.MinWords != want {
			t.Errorf("at most %d words: at least %d, want %d; %v", most, b.MinWords, want, err)
		}
	}
	none := 0
	if _, err := s.beam(settings{MaxWords: &none}); err == nil {
		t.Error("captions of no word may be asked for")
	}
}

// TestUnknownParameters: a parameter misspelt is refused by its name, also with a
// picture that is fine.
func TestUnknownParameters(t *testing.T) {
	s := newServer(t, &fakeModel{}, func(*Options) {})
	for query, want := range map[string]string{
		"/caption?bestt=3":        `no parameter \"bestt\" (did you mean best?)`,
		"/caption?best=2&rank=1":  `no parameter \"rank\"; there are best, beam, max_words, length_penalty, attention`,
		"/attention?rnak=1":       `no parameter \"rnak\"`,
		"/caption?max-words=5":    `(did you mean max_words?)`,
		"/attention?rank=1&beam=": "",
		"/caption?best=%zz":       "in the address cannot be read",
		"/caption?beam=3;best=2":  "in the address cannot be read",
		"/caption?beam=3&beam=4":  "beam: stands twice",
		"/caption?best=2&beam=3&max_words=4&length_penalty=.5&attention=true": "",
	} {
		answer := ask(t, s, request{path: query, body: bytes.NewReader(redJPEG(t))})
		if want == "" && answer.Code != 200 || want != "" && (answer.Code != 400 || !strings.Contains(answer.Body.String(), want)) {
			t.Errorf("%s: status %d, %.200s; want %q", query, answer.Code, answer.Body, want)
		}
	}
}

// TestUnknownParametersInBodies: in JSON and in forms too, and in none of the
// bodies that other programs' clients send.
func TestUnknownParametersInBodies(t *testing.T) {
	s := newServer(t, &fakeModel{}, nil)
	image := strings.TrimSuffix(quoted(redJPEG(t)), "}")
	picture := strings.TrimSuffix(strings.TrimPrefix(image, `{"image":"`), `"`)
	for _, test := range []struct{ name, path, body, want string }{
		{"JSON", "/caption", image + `,"bset":2}`, `no parameter \"bset\" (did you mean best?)`},
		{"JSON, another case", "/caption", image + `,"Best":2}`, `(did you mean best?)`},
		{"JSON, escaped", "/caption", image + `,"b\u0073et" : 2}`, `no parameter \"bset\"`},
		{"JSON, for the picture", "/caption", `{"imgae":"x"}`, `(did you mean image?)`},
		{"JSON, twice", "/caption", image + `,"beam":3,"beam":4}`, "beam: stands twice"},
		{"JSON, within a value", "/caption", `{"image":{"bset":1}}`, "image: object does not fit"},
		{"JSON, attention", "/attention", image + `,"bset":2}`, `no parameter \"bset\"`},
		{"JSON, all there are", "/caption", image + `,"best":2,"beam":3,"max_words":4,"length_penalty":0.5,"attention":true}`, ""},
		{"IBM MAX", "/model/predict", image + `,"bset":2}`, ""},
		{"IBM MAX, in the address", "/model/predict?foo=1", image + `}`, ""},
		{"Hugging Face", "/?foo=1", `{"inputs":"` + picture + `","bset":2,"parameters":{"top_k":1},"options":{"use_cache":false}}`, ""},
		{"Ollama", "/api/generate", `{"images":["` + picture + `"],"bset":2,"stream":false}`, ""},
		{"OpenAI", "/v1/chat/completions", `{"messages":[{"role":"user","content":[{"type":"image_url","image_url":{"url":"` + picture + `"}}]}],"bset":2}`, ""},
		{"PhotoPrism", "/api/v1/vision/caption", `{"images":["` + picture + `"],"bset":2}`, ""},
	} {
		answer := ask(t, s, request{path: test.path, body: strings.NewReader(test.body)})
		if test.want == "" && answer.Code != 200 || test.want != "" && (answer.Code != 400 || !strings.Contains(answer.Body.String(), test.want)) {
			t.Errorf("%s: status %d, %.200s; want %q", test.name, answer.Code, answer.Body, test.want)
		}
	}
}

// TestUnknownParametersInForms sends what curl -F does.
func TestUnknownParametersInForms(t *testing.T) {
	s := newServer(t, &fakeModel{}, nil)
	for _, test := range []struct {
		name, path string
		texts      []string
		want       string
	}{
		{"unknown", "/caption", []string{"bogus", "2"}, `no parameter \"bogus\"`},
		{"unknown and long", "/caption", []string{"prompt", strings.Repeat("describe ", 20)}, `no parameter \"prompt\"`},
		{"twice", "/caption", []string{"beam", "3", "beam", "4"}, "beam: stands twice"},
		{"known", "/caption", []string{"beam", "3", "best", "2", "attention", "true"}, ""},
		{"a second file", "/caption", []string{"image", "small"}, ""},
		{"IBM MAX", "/model/predict", []string{"bogus", "2"}, ""},
		{"Hugging Face", "/", []string{"bogus", "2"}, ""},
	} {
		var body bytes.Buffer
		w := multipart.NewWriter(&body)
		part, err := w.CreateFormFile("image", "a.jpg")
		if err != nil {
			t.Fatal(err)
		}
		_, _ = part.Write(redJPEG(t)) // into memory
		for i := 0; i < len(test.texts); i += 2 {
			_ = w.WriteField(test.texts[i], test.texts[i+1])
		}
		w.Close()
		answer := ask(t, s, request{path: test.path, kind: w.FormDataContentType(), body: &body})
		if test.want == "" && answer.Code != 200 || test.want != "" && (answer.Code != 400 || !strings.Contains(answer.Body.String(), test.want)) {
			t.Errorf("%s: status %d, %.200s; want %q", test.name, answer.Code, answer.Body, test.want)
		}
	}
}
