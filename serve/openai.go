package serve

import (
	"cmp"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
)

// openAI is the dialect of OpenAI's clients.
type openAI struct{ *Server }

var openAIDialect = dialect{fail: func(w http.ResponseWriter, r *http.Request, f *failure) {
	status, kind := oneStatus(f.status), "invalid_request_error"
	switch {
	case status == http.StatusUnauthorized:
		kind = "authentication_error"
	case status == http.StatusTooManyRequests:
		kind = "rate_limit_error"
	case status >= 500:
		kind = "server_error"
	}
	writeFailure(w, f, status, map[string]any{"error": map[string]any{
		"message": f.text, "type": kind, "param": nil, "code": strings.ReplaceAll(f.reason, " ", "_"),
	}})
}}

// routes are those of OpenAI's chat with pictures.
func (s openAI) routes(mux *http.ServeMux) {
	s.handle(mux, "POST /v1/chat/completions", openAIDialect, s.completions)
	s.handle(mux, "GET /v1/models", openAIDialect, func(w http.ResponseWriter, r *http.Request) error {
		writeJSON(w, http.StatusOK, map[string]any{"object": "list", "data": []any{s.entry(s.options.Name)}})
		return nil
	})
	s.handle(mux, "GET /v1/models/{id}", openAIDialect, func(w http.ResponseWriter, r *http.Request) error {
		if id := r.PathValue("id"); id != s.options.Name {
			return refuse(http.StatusNotFound, "no model", "there is one model here, %s", s.options.Name)
		}
		writeJSON(w, http.StatusOK, s.entry(s.options.Name))
		return nil
	})
}

func (s openAI) entry(id string) map[string]any {
	return map[string]any{"id": id, "object": "model", "created": s.started.Unix(), "owned_by": "seetell"}
}

// completionRequest is a request for one completion. Texts are passed over,
// and so is the model's name: there is one.
type completionRequest struct {
	Model         string              `json:"model"`
	Messages      []completionMessage `json:"messages"`
	Stream        bool                `json:"stream"`
	StreamOptions *struct {
		Usage bool `json:"include_usage"`
	} `json:"stream_options"`
	Format *struct {
		Type string `json:"type"`
	} `json:"response_format"`
	Tools        json.RawMessage `json:"tools"`
	Functions    json.RawMessage `json:"functions"`
	Choices      *int            `json:"n"`
	MaxTokens    *int            `json:"max_tokens"`
	MaxCompleted *int            `json:"max_completion_tokens"`
}

type completionMessage struct {
	Role    string          `json:"role"`
	Content json.RawMessage `json:"content"` // a text, or parts
}

// contentPart is a text or a picture.
type contentPart struct {
	Type  string    `json:"type"`
	Image *imageURL `json:"image_url"`
}

// imageURL is an object, or in some clients the text alone.
type imageURL string

// UnmarshalJSON reads either form.
func (u *imageURL) UnmarshalJSON(data []byte) error {
	var object struct {
		URL string `json:"url"`
	}
	if err := json.Unmarshal(data, (*string)(u)); err == nil {
		return nil
	}
	err := json.Unmarshal(data, &object)
	*u = imageURL(object.URL)
	return err
}

// completion is an answer, whole or a part of a stream.
type completion struct {
	ID      string   `json:"id"`
	Object  string   `json:"object"`
	Created int64    `json:"created"`
	Model   string   `json:"model"`
	Choices []choice `json:"choices"`
	Usage   *usage   `json:"usage,omitempty"`
}

type choice struct {
	Index   int         `json:"index"`
	Message *choiceText `json:"message,omitempty"`
	Delta   *choiceText `json:"delta,omitempty"`
	Reason  *string     `json:"finish_reason"`
}

type choiceText struct {
	Role    string  `json:"role,omitempty"`
	Content *string `json:"content,omitempty"`
}

type usage struct {
	Prompt     int `json:"prompt_tokens"`
	Completion int `json:"completion_tokens"`
	Total      int `json:"total_tokens"`
}

func (s openAI) completions(w http.ResponseWriter, r *http.Request) error {
	var request completionRequest
	if err := s.readJSON(w, r, &request); err != nil {
		return err
	}
	if err := request.check(); err != nil {
		return err
	}
	images, err := request.lastTurn()
	if err != nil {
		return err
	}
	most := request.MaxTokens
	if request.MaxCompleted != nil {
		most = request.MaxCompleted
	}
	all, err := s.describeTexts(r, images, most)
	if err != nil {
		return err
	}
	text, end, count := sentences(all), ending(all), tokens(all)
	answer := completion{
		ID: "chatcmpl-" + exchangeOf(r.Context()).id, Created: exchangeOf(r.Context()).start.Unix(), Model: cmp.Or(request.Model, s.options.Name),
		Usage: &usage{Completion: count, Total: count},
	}
	if request.Stream {
		answer.stream(w, text, end, request.StreamOptions != nil && request.StreamOptions.Usage)
		return nil
	}
	answer.Object = "chat.completion"
	answer.Choices = []choice{{Message: &choiceText{"assistant", &text}, Reason: &end}}
	writeJSON(w, http.StatusOK, answer)
	return nil
}

// check refuses what a captioner cannot do.
func (q completionRequest) check() error {
	switch {
	case q.Format != nil && q.Format.Type != "" && q.Format.Type != "text":
		return cannot("response_format", "answer in JSON or by a schema")
	case asked(q.Tools):
		return cannot("tools", "call tools")
	case asked(q.Functions):
		return cannot("functions", "call functions")
	case q.Choices != nil && *q.Choices != 1:
		return cannot("n", "give several choices; /caption?best=5 does")
	}
	return nil
}

// lastTurn returns the pictures since the assistant's last answer.
func (q completionRequest) lastTurn() ([]string, error) {
	var images []string
	for i, m := range q.Messages {
		if m.Role == "assistant" {
			images = nil
			continue
		}
		if len(m.Content) == 0 || m.Content[0] != '[' {
			continue
		}
		var parts []contentPart
		if err := json.Unmarshal(m.Content, &parts); err != nil {
			return nil, badJSON("messages.%d.content: %v", i, err)
		}
		for _, part := range parts {
			if part.Image != nil {
				images = append(images, string(*part.Image))
			}
		}
	}
	return images, nil
}

// stream writes the answer as server-sent events: the text, its end, the
// counts where they are asked for.
func (c completion) stream(w http.ResponseWriter, text, end string, counts bool) {
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("Cache-Control", "no-store")
	c.Object = "chat.completion.chunk"
	total := c.Usage
	c.Usage = nil
	c.Choices = []choice{{Delta: &choiceText{"assistant", &text}}}
	c.event(w)
	c.Choices = []choice{{Delta: &choiceText{}, Reason: &end}}
	c.event(w)
	if counts {
		c.Choices, c.Usage = []choice{}, total
		c.event(w)
	}
	fmt.Fprint(w, "data: [DONE]\n\n")
}

func (c completion) event(w http.ResponseWriter) {
	text, _ := json.Marshal(c) // of texts and numbers: it cannot fail
	fmt.Fprintf(w, "data: %s\n\n", text)
	_ = http.NewResponseController(w).Flush()
}
