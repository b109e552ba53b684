package plottest

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"testing"
)

// WellFormed parses an XML document.
func WellFormed(t testing.TB, name string, document []byte) {
	t.Helper()
	decoder := xml.NewDecoder(bytes.NewReader(document))
	for {
		_, err := decoder.Token()
		if errors.Is(err, io.EOF) {
			return
		}
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
	}
}
