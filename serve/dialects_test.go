package serve

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"strings"
	"testing"
)

// The requests that these programs send, which are on no registry, as their
// sources write them; what they read of the answer is what is compared.

// replayed is one program's request, with PICTURE for base64.
type replayed struct {
	name, method, path, kind, body string
	status                         int
	want                           map[string]any // by path into the answer
}

func replays(t *testing.T) []replayed {
	sentence := sentence(captionOf(red))
	return []replayed{
		{"PhotoPrism, engine ollama", "POST", "/api/generate", "application/json",
			`{"id":"","model":"seetell:latest","version":"latest","prompt":"Write a short caption.","suffix":"","images":["PICTURE"],"format":"","options":{"temperature":0.1},"stream":false,"think":false}`,
			200, map[string]any{"model": "seetell:latest", "response": sentence, "done": true, "done_reason": "stop"}},
		{"PhotoPrism, labels", "POST", "/api/generate", "application/json",
			`{"model":"seetell","prompt":"Return JSON.","images":["PICTURE"],"format":"json","stream":false}`,
			400, map[string]any{"error": "format: this server describes pictures in a sentence; it cannot answer in JSON or by a schema"}},
		{"PhotoPrism Vision", "POST", "/api/v1/vision/caption", "application/json",
			`{"id":"0ad1","model":"seetell","version":"latest","prompt":"","suffix":"","stream":false,"images":["data:image/jpeg;base64,PICTURE"]}`,
			200, map[string]any{"id": "0ad1", "code": 200., "model.type": "caption", "model.name": "seetell", "result.caption.text": sentence}},
		{"PhotoPrism Vision, by model and version", "POST", "/api/v1/vision/caption/seetell/latest", "application/json",
			`{"images":["data:image/jpeg;base64,PICTURE"]}`, 200, map[string]any{"result.caption.text": sentence}},
		{"PhotoPrism Vision, no picture", "POST", "/api/v1/vision/caption", "application/json",
			`{"id":"0ad1","images":[]}`, 400, map[string]any{"id": "0ad1", "code": 400., "error": noPictures}},
		{"PhotoPrism Vision, a picture refused", "POST", "/api/v1/vision/caption", "application/json",
			`{"id":"0ad1","images":["data:image/jpeg;base64,AAAA"]}`, 415, map[string]any{"id": "0ad1", "code": 415.}},
		{"PhotoPrism Vision, no list", "POST", "/api/v1/vision/caption", "application/json",
			`{"id":"0ad1","images":"PICTURE"}`, 400, map[string]any{"id": "0ad1", "code": 400.}},
		{"immich-analyze, ollama", "POST", "/api/chat", "application/json",
			`{"model":"seetell","messages":[{"role":"system","content":"Describe."},{"role":"user","content":"Describe the image.","images":["PICTURE"]}],"stream":false,"options":{"num_predict":300}}`,
			200, map[string]any{"message.role": "assistant", "message.content": sentence, "done": true}},
		{"immich-analyze, llama.cpp", "POST", "/v1/chat/completions", "application/json",
			`{"model":"seetell","messages":[{"role":"user","content":[{"type":"text","text":"Describe."},{"type":"image_url","image_url":{"url":"data:image/jpeg;base64,PICTURE"}}]}],"stream":false,"max_tokens":300}`,
			200, map[string]any{"object": "chat.completion", "choices.0.message.content": sentence, "choices.0.finish_reason": "stop", "usage.completion_tokens": 3.}},
		{"Frigate, what is there", "POST", "/api/show", "application/json", `{"model":"seetell"}`,
			200, map[string]any{"capabilities.1": "vision"}},
		{"litellm, what is there", "POST", "/api/show", "", `{"name":"seetell"}`, 200, map[string]any{"capabilities.0": "completion"}},
		{"Frigate, the models", "GET", "/api/tags", "", "", 200, map[string]any{"models.0.model": "seetell:latest"}},
		{"Frigate, ollama", "POST", "/api/chat", "application/json",
			`{"model":"seetell","messages":[{"role":"user","content":"Describe.","images":["PICTURE"]}],"stream":false,"options":{"temperature":0.5},"keep_alive":"1h"}`,
			200, map[string]any{"message.content": sentence}},
		{"Frigate, by a schema", "POST", "/api/chat", "application/json",
			`{"model":"seetell","messages":[{"role":"user","content":"Describe.","images":["PICTURE"]}],"stream":false,"format":{"type":"object","properties":{"title":{"type":"string"}}}}`,
			400, map[string]any{"error": "format: this server describes pictures in a sentence; it cannot answer in JSON or by a schema"}},
		{"Frigate, openai by a schema", "POST", "/v1/chat/completions", "application/json",
			`{"model":"seetell","messages":[{"role":"user","content":[{"type":"image_url","image_url":{"url":"data:image/jpeg;base64,PICTURE","detail":"low"}}]}],"response_format":{"type":"json_schema","json_schema":{"name":"a","schema":{}}}}`,
			400, map[string]any{"error.type": "invalid_request_error", "error.code": "cannot"}},
		{"Home Assistant, tools", "POST", "/api/chat", "application/json",
			`{"model":"seetell","messages":[{"role":"user","content":"Turn on the light."}],"stream":true,"tools":[{"type":"function","function":{"name":"HassTurnOn"}}]}`,
			400, map[string]any{"error": "tools: this server describes pictures in a sentence; it cannot call tools"}},
		{"Open WebUI, a title", "POST", "/api/chat", "application/json",
			`{"model":"seetell","messages":[{"role":"user","content":"Give a title."}],"stream":false}`, 400, map[string]any{"error": noPictures}},
		{"ha-llmvision", "POST", "/v1/chat/completions", "application/json",
			`{"model":"seetell","messages":[{"role":"user","content":[{"type":"text","text":"a"},{"type":"text","text":"Image 1:"},{"type":"image_url","image_url":{"url":"data:image/jpeg;base64,PICTURE"}}]}],"max_completion_tokens":100,"temperature":0.2}`,
			200, map[string]any{"choices.0.message.content": sentence}},
		{"Nextcloud, prompt and picture apart", "POST", "/v1/chat/completions", "application/json",
			`{"model":"seetell","messages":[{"role":"system","content":"You describe."},{"role":"user","content":[{"type":"image_url","image_url":{"url":"data:image/jpeg;base64,PICTURE"}}]},{"role":"user","content":"What is this?"}],"n":1,"user":"admin"}`,
			200, map[string]any{"choices.0.message.content": sentence}},
		{"an earlier picture is left alone", "POST", "/v1/chat/completions", "application/json",
			`{"model":"seetell","messages":[{"role":"user","content":[{"type":"image_url","image_url":{"url":"data:image/jpeg;base64,AAAA"}}]},{"role":"assistant","content":"A dog."},{"role":"user","content":[{"type":"image_url","image_url":"PICTURE"},{"type":"image_url","image_url":{"url":"PICTURE"}}]}]}`,
			200, map[string]any{"choices.0.message.content": sentence + "\n" + sentence}},
		{"OpenAI, no model named", "POST", "/v1/chat/completions", "application/json",
			`{"messages":[{"role":"user","content":[{"type":"image_url","image_url":{"url":"data:image/jpeg;base64,PICTURE"}}]}]}`, 200, map[string]any{"model": "seetell"}},
		{"Ollama, no model named", "POST", "/api/generate", "application/json", `{"images":["PICTURE"],"stream":false}`, 200, map[string]any{"model": "seetell"}},
		{"IBM MAX without a picture", "POST", "/model/predict", "", "", 400, map[string]any{"status": "error"}},
	}
}

const noPictures = "the request holds no picture: this server describes pictures, and does nothing else"

func TestReplayedRequests(t *testing.T) {
	s := newServer(t, &fakeModel{}, nil)
	file := base64.StdEncoding.EncodeToString(redJPEG(t))
	for _, test := range replays(t) {
		t.Run(test.name, func(t *testing.T) {
			answer := ask(t, s, request{method: test.method, path: test.path, kind: test.kind,
				body: strings.NewReader(strings.ReplaceAll(test.body, "PICTURE", file))})
			if answer.Code != test.status {
				t.Fatalf("status %d, want %d: %s", answer.Code, test.status, answer.Body)
			}
			var got any
			if err := json.Unmarshal(answer.Body.Bytes(), &got); err != nil {
				t.Fatalf("%v in %s", err, answer.Body)
			}
			for path, want := range test.want {
				if at(got, path) != want {
					t.Errorf("%s is %v, want %v", path, at(got, path), want)
				}
			}
		})
	}
}

// at follows a path of keys and indices into a JSON value.
func at(value any, path string) any {
	for part := range strings.SplitSeq(path, ".") {
		switch v := value.(type) {
		case map[string]any:
			value = v[part]
		case []any:
			if value = any(nil); len(part) == 1 && int(part[0]-'0') < len(v) {
				value = v[part[0]-'0']
			}
		default:
			return nil
		}
	}
	return value
}

// Home Assistant streams, as Ollama's clients do unless they say otherwise:
// the text in one line, the end in the next.
func TestOllamaStreams(t *testing.T) {
	s := newServer(t, &fakeModel{}, nil)
	file := base64.StdEncoding.EncodeToString(redJPEG(t))
	for _, test := range []struct{ path, body string }{
		{"/api/chat", `{"model":"seetell","messages":[{"role":"user","content":"Describe.","images":["` + file + `"]}]}`},
		{"/api/generate", `{"model":"seetell","images":["` + file + `"],"stream":true}`},
		{"/api/chat", `{"model":"seetell","messages":[{"role":"system","content":"You are a voice assistant for Home Assistant."},` + // as Home Assistant's integration asks
			`{"role":"user","content":"What is on the picture?","images":["` + file + `"]}],"tools":[],"stream":true,"think":false,"options":{"num_ctx":8192},"keep_alive":"-1s"}`},
	} {
		path := test.path
		answer := ask(t, s, request{path: path, body: strings.NewReader(test.body)})
		if kind := answer.Header().Get("Content-Type"); kind != "application/x-ndjson" {
			t.Errorf("%s is of type %q", path, kind)
		}
		var text string
		var ends []bool
		for lines := bufio.NewScanner(answer.Body); lines.Scan(); {
			var line struct {
				Response *string
				Message  *struct{ Content string }
				Done     bool
			}
			if err := json.Unmarshal(lines.Bytes(), &line); err != nil {
				t.Fatal(err)
			}
			if line.Response != nil {
				text += *line.Response
			}
			if line.Message != nil {
				text += line.Message.Content
			}
			ends = append(ends, line.Done)
		}
		if text != sentence(captionOf(red)) || len(ends) != 2 || ends[0] || !ends[1] {
			t.Errorf("%s streams %q, ends %v", path, text, ends)
		}
	}
}

func TestOpenAIStreams(t *testing.T) {
	s := newServer(t, &fakeModel{}, nil)
	body := `{"model":"dummy","messages":[{"role":"user","content":[{"type":"image_url","image_url":{"url":"` +
		base64.StdEncoding.EncodeToString(redJPEG(t)) + `"}}]}],"stream":true,"stream_options":{"include_usage":true}}`
	answer := ask(t, s, request{path: "/v1/chat/completions", body: strings.NewReader(body)})
	if kind := answer.Header().Get("Content-Type"); kind != "text/event-stream" {
		t.Errorf("type %q", kind)
	}
	events := strings.Split(strings.TrimSpace(answer.Body.String()), "\n\n")
	if len(events) != 4 || events[3] != "data: [DONE]" {
		t.Fatalf("events %q", events)
	}
	var parts []any
	for _, event := range events[:3] {
		var part any
		if err := json.Unmarshal([]byte(strings.TrimPrefix(event, "data: ")), &part); err != nil {
			t.Fatal(err)
		}
		parts = append(parts, part)
	}
	if got := at(parts[0], "choices.0.delta.content"); got != sentence(captionOf(red)) {
		t.Errorf("the text is %v", got)
	}
	if at(parts[0], "choices.0.finish_reason") != nil || at(parts[1], "choices.0.finish_reason") != "stop" || at(parts[2], "usage.total_tokens") != 3. {
		t.Errorf("the parts are %v", parts)
	}
}

// A caption that was cut off by the client's own limit says so.
func TestCutCaptions(t *testing.T) {
	s := newServer(t, &fakeModel{}, nil)
	file := base64.StdEncoding.EncodeToString(redJPEG(t))
	for path, body := range map[string]string{
		"/v1/chat/completions": `{"max_tokens":2,"messages":[{"role":"user","content":[{"type":"image_url","image_url":{"url":"` + file + `"}}]}]}`,
		"/api/generate":        `{"options":{"num_predict":2},"stream":false,"images":["` + file + `"]}`,
	} {
		answer := ask(t, s, request{path: path, body: strings.NewReader(body)})
		if text := answer.Body.String(); !strings.Contains(text, `reason":"length"`) || !strings.Contains(text, "Red7 green1.") {
			t.Errorf("%s: %s", path, text)
		}
	}
}

func TestMAX(t *testing.T) {
	s := newServer(t, &fakeModel{}, nil)
	answer := ask(t, s, request{path: "/model/predict", body: bytes.NewReader(redJPEG(t))})
	var got struct {
		Status      string
		Predictions []maxPrediction
	}
	if err := json.Unmarshal(answer.Body.Bytes(), &got); err != nil || answer.Code != http.StatusOK {
		t.Fatalf("status %d, %v: %s", answer.Code, err, answer.Body)
	}
	if got.Status != "ok" || len(got.Predictions) != 3 || got.Predictions[0].Caption != captionOf(red) || got.Predictions[2].Index != "2" {
		t.Errorf("answered %+v", got)
	}
}
