package serve

import (
	"context"

	"github.com/seetell/seetell/captioner"
)

// Model is what a Server asks of a captioner; *captioner.Model is one. Prepare
// is called from many goroutines at once, CaptionPrepared from one.
type Model interface {
	// Prepare decodes a picture and resizes it to what the model takes.
	Prepare(ctx context.Context, data []byte) (*captioner.Prepared, error)
	// CaptionPrepared describes pictures in one batch: an answer for each.
	CaptionPrepared(requests []captioner.Request) []captioner.Answer
}
