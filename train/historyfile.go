package train

import (
	"slices"

	"github.com/seetell/seetell/captioner/checkpoint"
)

// historyListener has the folder write history.jsonl, whole, with the save
// behind each epoch.
type historyListener struct {
	folder *folder
	lines  []Epoch
}

func newHistoryListener(f *folder) *historyListener { return &historyListener{folder: f} }

// Hear takes an epoch's line.
func (h *historyListener) Hear(e Event) error {
	switch e := e.(type) {
	case Started:
		h.lines = slices.Clone(e.History)
	case EpochDone:
		h.lines = append(h.lines, e.Epoch)
		h.folder.stage(historyFile, checkpoint.MarshalHistory(h.lines))
	}
	return nil
}
