package serve

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"image/png"
	"mime/multipart"
	"net/http"
	"net/textproto"
	"strings"
	"testing"

	"github.com/seetell/seetell/captioner"
	"github.com/seetell/seetell/internal/testmodel"
)

// decoded returns an answer's JSON.
func decoded[T any](t *testing.T, status int, body []byte) T {
	t.Helper()
	var value T
	if status != http.StatusOK {
		t.Fatalf("status %d: %s", status, body)
	}
	if err := json.Unmarshal(body, &value); err != nil {
		t.Fatalf("%v in %s", err, body)
	}
	return value
}

func quoted(data []byte) string {
	return `{"image":"` + base64.StdEncoding.EncodeToString(data) + `"}`
}

// form returns a multipart form with one file in a part of the given header.
func form(t *testing.T, header textproto.MIMEHeader, file []byte) (kind string, body *bytes.Buffer) {
	t.Helper()
	body = new(bytes.Buffer)
	w := multipart.NewWriter(body)
	part, err := w.CreatePart(header)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := part.Write(file); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return w.FormDataContentType(), body
}

func TestCaptionRoute(t *testing.T) {
	s := newServer(t, &fakeModel{}, nil)
	answer := ask(t, s, request{path: "/caption?best=3&beam=5&attention=true", body: bytes.NewReader(redJPEG(t))})
	got := decoded[nativeAnswer](t, answer.Code, answer.Body.Bytes())
	if len(got.Captions) != 3 || got.Captions[0].Text != captionOf(red) || got.Model != "seetell" {
		t.Errorf("answered %+v", got)
	}
	if got.Picture != (sizeJSON{48, 32}) || got.Grid != (gridJSON{7, 7, [4]int{0, 0, 48, 32}}) {
		t.Errorf("picture %+v and grid %+v", got.Picture, got.Grid)
	}
	word := got.Captions[0].Words[1]
	if word.Text != "green1" || len(word.Attention) != 49 || word.Probability < .81 || word.Probability > .82 {
		t.Errorf("the second word is %+v", word)
	}
	if c := got.Captions[0].Confidence; c < .86 || c > .87 { // exp(-.6/4)
		t.Errorf("confidence %v", c)
	}
}

func TestCaptionTakesEveryBody(t *testing.T) {
	s := newServer(t, &fakeModel{}, nil)
	file := redJPEG(t)
	kind, body := form(t, textproto.MIMEHeader{"Content-Disposition": {`form-data; name="photo"; filename="a.jpg"`}, "Content-Type": {"image/jpeg"}}, file)
	for _, test := range []struct {
		name string
		request
	}{
		{"raw", request{body: bytes.NewReader(file)}},
		{"raw, called a form by curl", request{kind: "application/x-www-form-urlencoded", body: bytes.NewReader(file)}},
		{"multipart", request{kind: kind, body: body}},
		{"JSON", request{kind: "application/json", body: strings.NewReader(quoted(file))}},
		{"JSON without a type", request{body: strings.NewReader(" \n" + quoted(file))}},
	} {
		t.Run(test.name, func(t *testing.T) {
			test.path = "/caption"
			answer := ask(t, s, test.request)
			got := decoded[nativeAnswer](t, answer.Code, answer.Body.Bytes())
			if got.Captions[0].Text != captionOf(red) {
				t.Errorf("caption %q", got.Captions[0].Text)
			}
			if got.Captions[0].Words[0].Attention != nil {
				t.Error("attention that nobody asked for")
			}
		})
	}
}

func TestCaptionRefuses(t *testing.T) {
	s := newServer(t, &fakeModel{}, func(o *Options) { o.Body = 1 << 16 })
	for _, test := range []struct {
		name, path, body string
		status           int
		say              string
	}{
		{"nothing", "/caption", "", 400, "empty"},
		{"no JSON", "/caption", `{"image":`, 400, "JSON"},
		{"no picture in JSON", "/caption", `{}`, 400, `"image"`},
		{"a wide beam", "/caption?beam=21", quoted(redJPEG(t)), 400, "beam 21: must be from 1 to 20"},
		{"a beam below 1", "/caption?beam=-3", quoted(redJPEG(t)), 400, "beam -3: must be from 1 to 20"},
		{"no number", "/caption?best=many", "x", 400, "whole number"},
		{"more than the beam", "/caption?best=3&beam=2", quoted(redJPEG(t)), 400, "best 3: must be from 1 to the beam's width, 2"},
		{"too many words", "/caption?max_words=31", quoted(redJPEG(t)), 400, "max_words 31: must be from 1 to 30"},
		{"no words", "/caption?max_words=0", quoted(redJPEG(t)), 400, "max_words 0: must be from 1 to 30"},
		{"a penalty below 0", "/caption?length_penalty=-1", quoted(redJPEG(t)), 400, "length_penalty -1: must be 0 or more"},
		{"a text for a number", "/caption", `{"best":"x"}`, 400, "best: string does not fit"},
		{"a text for Hugging Face's number", "/", `{"parameters":{"num_beams":"x"}}`, 400, "parameters.num_beams: string does not fit"},
		{"and nested", "/", `{"parameters":{"generation_parameters":{"num_beams":"x"}}}`, 400, "parameters.generation_parameters.num_beams: string does not fit"},
		{"deep JSON", "/caption", strings.Repeat(`{"a":`, 40) + "1" + strings.Repeat("}", 40), 400, "deep"},
		{"long", "/caption", strings.Repeat("x", 1<<17), 413, "bytes"},
		{"an address", "/caption", `{"image":"http://example.org/a.jpg"}`, 400, "fetches no address"},
		{"a path", "/caption", `{"image":"file:///etc/passwd"}`, 400, "fetches no address"},
	} {
		t.Run(test.name, func(t *testing.T) {
			answer := ask(t, s, request{path: test.path, body: strings.NewReader(test.body)})
			var body struct{ Error string }
			if err := json.Unmarshal(answer.Body.Bytes(), &body); err != nil {
				t.Fatalf("%v in %s", err, answer.Body)
			}
			if answer.Code != test.status || !strings.Contains(body.Error, test.say) || strings.Contains(body.Error, "settings.") {
				t.Errorf("status %d and %q, want %d and %q", answer.Code, body.Error, test.status, test.say)
			}
		})
	}
}

func TestNoRoute(t *testing.T) {
	s := newServer(t, &fakeModel{}, nil)
	if answer := ask(t, s, request{path: "/nowhere"}); answer.Code != 404 || !strings.Contains(answer.Body.String(), `"error"`) {
		t.Errorf("status %d and %s", answer.Code, answer.Body)
	}
	if answer := ask(t, s, request{method: "DELETE", path: "/caption"}); answer.Code != 405 || answer.Header().Get("Allow") != "POST" {
		t.Errorf("status %d, allowed %q", answer.Code, answer.Header().Get("Allow"))
	}
}

func TestAttentionSheet(t *testing.T) {
	s := newServer(t, &fakeModel{}, nil)
	answer := ask(t, s, request{path: "/attention?best=2&rank=2", body: bytes.NewReader(redJPEG(t))})
	if answer.Code != 200 || answer.Header().Get("Content-Type") != "image/png" {
		t.Fatalf("status %d: %s", answer.Code, answer.Body)
	}
	if m, err := png.Decode(answer.Body); err != nil || m.Bounds().Dx() < 480 {
		t.Errorf("a sheet %v, %v", m.Bounds(), err)
	}
	if answer := ask(t, s, request{path: "/attention?rank=2", body: bytes.NewReader(redJPEG(t))}); answer.Code != 400 {
		t.Errorf("the second of one caption: status %d", answer.Code)
	}
}

// openModel opens a small model of random weights.
func openModel(t testing.TB) (*captioner.Model, string) {
	t.Helper()
	checkpoint, photo := testmodel.Files(t)
	m, err := captioner.Open(checkpoint, captioner.Options{Device: "cpu"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(m.Close)
	return m, photo
}
