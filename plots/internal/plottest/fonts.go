package plottest

import (
	"testing"

	"github.com/seetell/seetell/plots/internal/typeset"
)

// UseFonts makes fonts those of this machine until the test ends.
func UseFonts(t testing.TB, fonts ...[]byte) {
	t.Helper()
	restore, err := typeset.UseFonts(fonts...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(restore)
}
