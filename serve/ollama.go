package serve

import (
	"cmp"
	"encoding/json"
	"net/http"
	"time"
)

// ollama is the dialect of Ollama's clients.
type ollama struct{ *Server }

// ollamaDialect knows one status for whatever is wrong with a request.
var ollamaDialect = dialect{fail: func(w http.ResponseWriter, r *http.Request, f *failure) {
	writeFailure(w, f, oneStatus(f.status), map[string]any{"error": f.text})
}}

// oneStatus is 400 for what is wrong with a picture: these dialects' clients
// know no other.
func oneStatus(status int) int {
	switch status {
	case http.StatusRequestEntityTooLarge, http.StatusUnsupportedMediaType, http.StatusUnprocessableEntity:
		return http.StatusBadRequest
	}
	return status
}

// routes are those that Ollama's clients use with a vision model.
func (s ollama) routes(mux *http.ServeMux) {
	s.handle(mux, "POST /api/generate", ollamaDialect, s.generate)
	s.handle(mux, "POST /api/chat", ollamaDialect, s.chat)
	s.handle(mux, "GET /api/tags", ollamaDialect, s.tags)
	s.handle(mux, "POST /api/show", ollamaDialect, s.show)
	s.handle(mux, "GET /api/version", ollamaDialect, func(w http.ResponseWriter, r *http.Request) error {
		writeJSON(w, http.StatusOK, map[string]string{"version": s.options.Version})
		return nil
	})
}

// ollamaRequest is that of generate and chat. Prompts are passed over: a
// captioner describes a picture, whatever it is asked.
type ollamaRequest struct {
	Model    string          `json:"model"`
	Images   []string        `json:"images"`
	Messages []ollamaMessage `json:"messages"`
	Stream   *bool           `json:"stream"` // true unless said otherwise
	Format   json.RawMessage `json:"format"`
	Tools    json.RawMessage `json:"tools"`
	Options  struct {
		Predict *int `json:"num_predict"`
	} `json:"options"`
}

type ollamaMessage struct {
	Role   string   `json:"role"`
	Images []string `json:"images"`
}

// ollamaAnswer is one line of an answer.
type ollamaAnswer struct {
	Model         string         `json:"model"`
	Created       string         `json:"created_at"`
	Response      *string        `json:"response,omitempty"`
	Message       *ollamaContent `json:"message,omitempty"`
	Done          bool           `json:"done"`
	Reason        string         `json:"done_reason,omitempty"`
	*ollamaCounts                // of the last line
}

type ollamaContent struct {
	Role    string `json:"role"`
	Content string `json:"content"`
}

// ollamaCounts tells durations in nanoseconds.
type ollamaCounts struct {
	Total       int64 `json:"total_duration"`
	Load        int64 `json:"load_duration"`
	PromptCount int   `json:"prompt_eval_count"`
	PromptTime  int64 `json:"prompt_eval_duration"`
	Count       int   `json:"eval_count"`
	Time        int64 `json:"eval_duration"`
}

func (s ollama) generate(w http.ResponseWriter, r *http.Request) error {
	return s.answer(w, r, func(q ollamaRequest) []string { return q.Images }, func(a *ollamaAnswer, text string) { a.Response = &text })
}

func (s ollama) chat(w http.ResponseWriter, r *http.Request) error {
	return s.answer(w, r, ollamaRequest.lastTurn, func(a *ollamaAnswer, text string) { a.Message = &ollamaContent{"assistant", text} })
}

// lastTurn returns the pictures since the assistant's last answer.
func (q ollamaRequest) lastTurn() []string {
	var images []string
	for _, m := range q.Messages {
		if m.Role == "assistant" {
			images = nil
			continue
		}
		images = append(images, m.Images...)
	}
	return images
}

func (s ollama) answer(w http.ResponseWriter, r *http.Request, images func(ollamaRequest) []string, say func(*ollamaAnswer, string)) error {
	var request ollamaRequest
	if err := s.readJSON(w, r, &request); err != nil {
		return err
	}
	if asked(request.Format) {
		return cannot("format", "answer in JSON or by a schema")
	}
	if asked(request.Tools) {
		return cannot("tools", "call tools")
	}
	all, err := s.describeTexts(r, images(request), request.Options.Predict)
	if err != nil {
		return err
	}
	text := sentences(all)
	last := ollamaAnswer{Model: cmp.Or(request.Model, s.options.Name), Created: now(), Done: true, Reason: ending(all), ollamaCounts: countsOf(r, all)}
	if request.Stream == nil || *request.Stream {
		part := ollamaAnswer{Model: cmp.Or(request.Model, s.options.Name), Created: last.Created}
		say(&part, text)
		say(&last, "")
		writeLines(w, part, last)
		return nil
	}
	say(&last, text)
	writeJSON(w, http.StatusOK, last)
	return nil
}

// writeLines writes JSON values, one a line, each as soon as it is there.
func writeLines(w http.ResponseWriter, lines ...ollamaAnswer) {
	w.Header().Set("Content-Type", "application/x-ndjson")
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	for _, line := range lines {
		_ = encoder.Encode(line) // a client that left reads nothing
		_ = http.NewResponseController(w).Flush()
	}
}

func countsOf(r *http.Request, all []description) *ollamaCounts {
	c := &ollamaCounts{Total: took(r.Context()).Nanoseconds(), Count: tokens(all)}
	for _, d := range all {
		c.PromptTime += d.decode.Nanoseconds()
		c.Time += d.model.Nanoseconds()
	}
	return c
}

func now() string { return time.Now().UTC().Format(time.RFC3339Nano) }

// entry describes the model as a vision model.
func (s ollama) entry() map[string]any {
	return map[string]any{
		"name": s.options.Name + ":latest", "model": s.options.Name + ":latest",
		"modified_at": s.started.UTC().Format(time.RFC3339), "size": s.options.Size, "digest": s.options.SHA256,
		"details": ollamaDetails,
	}
}

var ollamaDetails = map[string]any{
	"parent_model": "", "format": "safetensors", "family": "seetell", "families": []string{"seetell"},
	"parameter_size": "", "quantization_level": "F32",
}

func (s ollama) tags(w http.ResponseWriter, r *http.Request) error {
	writeJSON(w, http.StatusOK, map[string]any{"models": []any{s.entry()}})
	return nil
}

// show answers for whatever name it is asked: there is one model.
func (s ollama) show(w http.ResponseWriter, r *http.Request) error {
	var request struct {
		Model string `json:"model"`
		Name  string `json:"name"` // as older clients call it
	}
	if err := s.readJSON(w, r, &request); err != nil {
		return err
	}
	writeJSON(w, http.StatusOK, map[string]any{
		"capabilities": []string{"completion", "vision"}, "details": ollamaDetails,
		"model_info":  map[string]any{"general.architecture": "seetell", "seetell.context_length": s.options.Beam.MaxWords},
		"modified_at": s.started.UTC().Format(time.RFC3339), "template": "", "modelfile": "", "parameters": "", "license": "",
	})
	return nil
}
