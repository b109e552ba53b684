package htmlreport

import (
	"path/filepath"
	"testing"

	"github.com/seetell/seetell/plots/gallery"
	"github.com/seetell/seetell/plots/internal/plottest"
)

// Whatever a gallery's file says, a card is made of it or an error.
func FuzzCard(f *testing.F) {
	f.Add([]byte(`{"format":1,"id":"a","picture":"a.jpg","width":10,"height":10,"area":[0,0,10,10],"grid":1,"words":[{"word":"a","weights":[1]}]}`))
	f.Add([]byte(`{"format":1,"width":1000000000,"height":1,"area":[0,0,1000000000,1],"grid":1,"words":[{"weights":[0]}],"scores":{"CIDEr":1e300}}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		dir := t.TempDir()
		plottest.WriteFile(t, filepath.Join(dir, "best-01.json"), string(data))
		items, err := gallery.Read(dir)
		if err != nil {
			return
		}
		for i := range items {
			newCard(&items[i], nil)
			newCardData(&items[i].Attention)
		}
	})
}
