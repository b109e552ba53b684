package meteor

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
)

// phrases is a small paraphrase table as text.
const phrases = `0.5
a man
a person
0.25
in the
inside the
0.1
has been
was
0.1
a man
a guy
0.1
riding
on the back of
`

func zip(t testing.TB, text string) []byte {
	t.Helper()
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	if _, err := w.Write([]byte(text)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// compiled returns the index of phrases.
func compiled(t testing.TB) []byte {
	t.Helper()
	var out bytes.Buffer
	if _, err := Compile(context.Background(), &out, bytes.NewReader(zip(t, phrases))); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func write(t testing.TB, name string, data []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, data, 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestParaphrases(t *testing.T) {
	scorer, err := Load(write(t, "phrases.index", compiled(t)))
	if err != nil {
		t.Fatal(err)
	}
	defer scorer.Table().Close()
	for _, test := range []struct {
		name, hyp, ref string
		want           []Match
	}{
		{"in the reference", "guy was here", "it has been", []Match{{1, 2, 1, 1, paraphrase}}},
		{"in the hypothesis", "it has been", "guy was here", []Match{{1, 1, 1, 2, paraphrase}}},
		{"four words for one", "on the back of", "riding", []Match{{0, 1, 0, 4, paraphrase}}},
		{"longer than an exact match", "a man", "a person", []Match{{0, 2, 0, 2, paraphrase}}},
		{"word not in the table", "xyzzy", "riding", nil},
		{"phrase cut short", "on the back", "riding", nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := scorer.Align(test.hyp, []string{test.ref}); !slices.Equal(got.Matches, test.want) {
				t.Errorf("matches of %q in %q: %v, want %v", test.hyp, test.ref, got.Matches, test.want)
			}
		})
	}
	if err := scorer.Err(); err != nil {
		t.Error(err)
	}
}

// TestTableOrder looks at the proposals, whose order decides between equals.
func TestTableOrder(t *testing.T) {
	table, err := OpenTable(t.Context(), write(t, "phrases.index", compiled(t)))
	if err != nil {
		t.Fatal(err)
	}
	defer table.Close()
	words := words{table: table}
	var p proposals
	ref, hyp := words.appendWords(nil, "a man"), words.appendWords(nil, "a guy a person a person")
	p.reset(len(hyp), len(ref))
	table.propose(&p, hyp, ref)
	want := []Match{{0, 2, 2, 2, paraphrase}, {0, 2, 4, 2, paraphrase}, {0, 2, 0, 2, paraphrase}}
	if !slices.Equal(p.from[0], want) {
		t.Errorf("proposals %v, want %v", p.from[0], want)
	}
}

func TestOpenTable(t *testing.T) {
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	index := compiled(t)
	changed := func(at int) []byte {
		data := slices.Clone(index)
		data[at] ^= 1
		return data
	}
	packed := zip(t, phrases)
	for _, test := range []struct {
		name string
		data []byte
		want string // "" is success
	}{
		{"gzip", packed, ""},
		{"index", index, ""},
		{"text", []byte(phrases), "not a paraphrase index"},
		{"empty", nil, "not a paraphrase index"},
		{"one byte", []byte{0x1f}, "not a paraphrase index"},
		{"another version", append([]byte("seetell phrase 0"), index[16:]...), "not a paraphrase index of this version"},
		{"damaged header", changed(50), "is damaged"},
		{"damaged sums", changed(len(index) - 1), "is damaged"},
		{"cut short", index[:len(index)-100], "is damaged"},
		{"header alone", index[:headerSize], "is damaged"},
		{"gzip cut short", packed[:len(packed)/2], "unexpected EOF"},
		{"gzip of nothing", zip(t, ""), "0 lines"},
		{"two lines", zip(t, "0.5\na man\n"), "2 lines, not three"},
		{"no number", zip(t, "0.5\na\nb\nx\nc\nd\n"), "line 4"},
		{"no phrase", zip(t, "0.5\n\nb\n"), "line 2: no phrase"},
		{"not UTF-8", zip(t, "0.5\na\n\xff\n"), "line 3"},
	} {
		t.Run(test.name, func(t *testing.T) {
			path := write(t, "table", test.data)
			table, err := OpenTable(t.Context(), path)
			if test.want == "" {
				if err != nil {
					t.Fatal(err)
				}
				if table.Len() != 5 || table.Official() || table.Verify() != nil {
					t.Errorf("%d paraphrases, official %v, %v", table.Len(), table.Official(), table.Verify())
				}
				table.Close()
				return
			}
			if err == nil || !strings.Contains(err.Error(), test.want) || !strings.Contains(err.Error(), path) {
				t.Errorf("error %v, want one with %q and the path", err, test.want)
			}
		})
	}
}

func TestNoTable(t *testing.T) {
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	if _, err := Load(""); !errors.Is(err, ErrNoTable) {
		t.Errorf("Load(\"\") gives %v, want ErrNoTable", err)
	}
	if _, err := Load(filepath.Join(t.TempDir(), "absent")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("Load of an absent file gives %v", err)
	}
}

// TestCache compiles a table once, and again when its index is damaged.
func TestCache(t *testing.T) {
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	source := write(t, "phrases.gz", zip(t, phrases))
	open := func() (string, os.FileInfo) {
		table, err := OpenTable(t.Context(), source)
		if err != nil {
			t.Fatal(err)
		}
		defer table.Close()
		info, err := os.Stat(table.Path())
		if err != nil {
			t.Fatal(err)
		}
		return table.Path(), info
	}
	path, first := open()
	if _, second := open(); !os.SameFile(first, second) {
		t.Error("the table was compiled twice")
	}
	if err := os.WriteFile(path, []byte("seetell"), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, third := open(); third.Size() != first.Size() {
		t.Errorf("the damaged index was kept: %d bytes, want %d", third.Size(), first.Size())
	}
}

// TestDamage changes each byte behind the header: the index opens, and Err
// tells when the damage has been met.
func TestDamage(t *testing.T) {
	index := compiled(t)
	x, err := parseIndex(index)
	if err != nil {
		t.Fatal(err)
	}
	for at := headerSize; at < headerSize+x.body(); at++ {
		data := slices.Clone(index)
		data[at] ^= 0x40
		damaged, err := parseIndex(data)
		if err != nil {
			t.Fatal(err)
		}
		table := &Table{index: damaged, path: "damaged.index"}
		table.Scorer().Segment("a guy on the back of it", []string{"a man riding it"})
		if err := table.Err(); err == nil || !strings.Contains(err.Error(), "damaged.index") {
			t.Fatalf("byte %d changed: %v", at, err)
		}
	}
}

// TestConcurrent scores from many goroutines; the race detector looks on.
func TestConcurrent(t *testing.T) {
	scorer, err := Load(write(t, "phrases.index", compiled(t)))
	if err != nil {
		t.Fatal(err)
	}
	defer scorer.Table().Close()
	hyps := []string{"a man riding a horse", "the dogs are playing in the snow", "a person inside the car", "two"}
	refs := []string{"a guy on the back of a horse", "dogs play in snow"}
	want := make([]Stats, len(hyps))
	for i, hyp := range hyps {
		want[i] = scorer.Segment(hyp, refs)
	}
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			for round := range 50 {
				i := round % len(hyps)
				if got := scorer.Segment(hyps[i], refs); got != want[i] {
					t.Errorf("%q: %v, want %v", hyps[i], got, want[i])
				}
			}
		})
	}
	group.Wait()
}
