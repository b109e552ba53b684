package serve_test

import (
	"context"
	"fmt"
	"image"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"strings"

	"github.com/seetell/seetell/captioner"
	"github.com/seetell/seetell/serve"
)

// sayer stands for a *captioner.Model, which needs a checkpoint.
type sayer struct{}

func (sayer) Prepare(ctx context.Context, data []byte) (*captioner.Prepared, error) {
	return &captioner.Prepared{Width: 640, Height: 480, View: image.Rect(0, 0, 640, 480)}, ctx.Err()
}

func (sayer) CaptionPrepared(requests []captioner.Request) []captioner.Answer {
	answers := make([]captioner.Answer, len(requests))
	for i := range answers {
		words := []captioner.Word{{Text: "a", Attention: []float32{1}}, {Text: "dog", Attention: []float32{1}}}
		answers[i].Captions = []captioner.Caption{{Text: "a dog", Finished: true, Words: words}}
	}
	return answers
}

// A Server is a handler like any other: below a path of a program's own, beside
// its other routes.
func Example() {
	server, err := serve.New(sayer{}, serve.DefaultOptions()) // or captioner.Open's model
	if err != nil {
		log.Fatal(err)
	}
	defer server.Close()
	mux := http.NewServeMux()
	mux.Handle("/captions/", http.StripPrefix("/captions", server))

	program := httptest.NewServer(mux)
	defer program.Close()
	picture := strings.NewReader("\xff\xd8\xff") // stands for a file's bytes
	answer, err := http.Post(program.URL+"/captions/models/any", "", picture)
	if err != nil {
		log.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Print(string(text))
	// Output: [{"generated_text":"a dog"}]
}
