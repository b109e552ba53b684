package serve

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/seetell/seetell/captioner"
	"github.com/seetell/seetell/picture"
)

// failure is why a request gets no caption, in words for the person who sent
// it. Each dialect writes it in its own form.
type failure struct {
	status     int
	reason     string // one word for metrics and machines
	text       string
	retryAfter time.Duration // with status 429
}

func (f *failure) Error() string { return f.text }

func refuse(status int, reason, format string, values ...any) *failure {
	return &failure{status: status, reason: reason, text: fmt.Sprintf(format, values...)}
}

// statusClientLeft is in the log alone: nobody is there to read it.
const statusClientLeft = 499

// failureOf tells what an error means to a client. What it does not know is
// the server's own fault, and its text stays in the log.
func failureOf(err error) *failure {
	var known *failure
	switch {
	case errors.As(err, &known):
		return known
	case errors.Is(err, context.Canceled):
		return refuse(statusClientLeft, "client left", "the client left")
	case errors.Is(err, picture.ErrTooLarge):
		return refuse(http.StatusRequestEntityTooLarge, "too large", "%v", err)
	case errors.Is(err, picture.ErrNoPicture):
		return refuse(http.StatusUnsupportedMediaType, "no picture", "%v", err)
	case errors.Is(err, picture.ErrUnsupported):
		return refuse(http.StatusUnsupportedMediaType, "unsupported", "%v", err)
	case errors.Is(err, picture.ErrDamaged):
		return refuse(http.StatusUnprocessableEntity, "damaged", "%v", err)
	case errors.Is(err, captioner.ErrClosed):
		return refuse(http.StatusInternalServerError, "closed", "the model is closed")
	}
	return refuse(http.StatusInternalServerError, "internal", "the server failed; its log says why")
}
