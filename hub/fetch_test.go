package hub

import (
	"context"
	"errors"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/seetell/seetell/hub/hubtest"
)

// TestFetch brings the one file of a model that is chosen, and says what fails
// in a model's words. A data set of its name is another thing.
func TestFetch(t *testing.T) {
	server := hubtest.New()
	defer server.Close()
	files := map[string][]byte{"model.safetensors": noise(1, 5000), "pytorch_model.bin": noise(2, 5000)}
	server.AddModel(testID, &hubtest.Set{Files: files})
	server.Add("owner/set", &hubtest.Set{Files: files})
	c := connect(t, server)
	c.Retries = 0
	first := func(names []string) (string, error) {
		if want := []string{"model.safetensors", "pytorch_model.bin"}; !slices.Equal(names, want) {
			t.Errorf("chosen among %q, want %q", names, want)
		}
		return names[0], nil
	}
	path, err := c.Fetch(t.Context(), Repo{Models, testID, Main}, first)
	if err != nil || !strings.Contains(path, "models--owner--photos") {
		t.Fatalf("Fetch() = %q, %v", path, err)
	}
	if got, err := os.ReadFile(path); err != nil || string(got) != string(files["model.safetensors"]) {
		t.Errorf("the file has %d bytes, %v", len(got), err)
	}
	for _, r := range server.Requests() {
		if strings.Contains(r.Path, "pytorch_model") || strings.Contains(r.Path, "datasets") {
			t.Errorf("asked %s %s", r.Method, r.Path)
		}
	}
	if _, err := c.Fetch(t.Context(), Repo{Models, "owner/set", Main}, first); err == nil || !strings.Contains(err.Error(), "no model owner/set on the hub") {
		t.Errorf("a data set's name: %v", err)
	}
	none := errors.New("none of them")
	if _, err := c.Fetch(t.Context(), Repo{Models, testID, Main}, func([]string) (string, error) { return "", none }); !errors.Is(err, none) {
		t.Errorf("where none is chosen: %v", err)
	}
	server.Close()
	if again, err := c.Fetch(context.Background(), Repo{Models, testID, Main}, first); err != nil || again != path {
		t.Errorf("without network: %q, %v", again, err)
	}
}
