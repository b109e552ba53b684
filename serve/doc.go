// Package serve answers HTTP requests with captions of pictures: a page for
// people, a route of its own, and the routes that the clients of Hugging Face,
// Ollama, OpenAI, PhotoPrism and IBM MAX speak to.
//
// A Server is an http.Handler. Requests are read and pictures decoded side by
// side, within bounds; one worker runs the model on whatever waits. No picture
// is kept, none is logged, and nothing that a request names is ever fetched.
package serve
