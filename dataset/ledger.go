package dataset

import (
	"errors"
	"fmt"

	"github.com/seetell/seetell/internal/annotations"
)

// ledger counts what the rows of tables take in memory while they are read. A
// column of equal values, or of none, is a few bytes that make gigabytes.
type ledger struct{ held, limit int64 }

// Captions and names may take so many times the bytes of the files that hold
// them, and some memory in any case.
const (
	ledgerRoom  = 64 << 20
	ledgerRatio = 8
	rowCost     = 160 // of a row without its texts
	textCost    = 24  // of a text without its letters
)

// errCostly is the cause where a file would take more memory than it is worth.
var errCostly = errors.New("its rows take far more memory than the file has bytes, which no captions do")

// allow counts in a file of so many bytes.
func (l *ledger) allow(size int64) {
	l.limit = max(l.limit, ledgerRoom) + ledgerRatio*size
}

// take counts memory that rows need.
func (l *ledger) take(size int64) error {
	if l.held += size; l.held > l.limit {
		return fmt.Errorf("%w: more than %d MB", errCostly, l.limit>>20)
	}
	return nil
}

// caption counts a caption of a picture that has some already.
func (l *ledger) caption(before []string, text string) error {
	if len(before) >= annotations.MostCaptions {
		return annotations.ErrMany
	}
	return l.take(textCost + int64(len(text)))
}
