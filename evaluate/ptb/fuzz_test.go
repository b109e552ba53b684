package ptb

import (
	"strings"
	"testing"
)

func FuzzTokenize(f *testing.F) {
	for _, seed := range []string{
		"A man's dog doesn't like the boy's ball.", "the U.S. Army (555) 123-4567 x", "<a href='x'> &amp; http://x.y/z.",
		"1 1/2 miles at 3:30 p.m., e.g. 9/11/2001 - etc.", "\u00adfoo.jpg “q” ‘q’ ½ :-) ^_^ a@b.c>", "Co. Ltd. A. The\nx",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		texts := strings.Split(text, "\n")
		lines := Lines(texts)
		if strings.Contains(text, "<") { // a tag may hold a line end
			return
		}
		if len(lines) != len(texts) {
			t.Fatalf("%d lines for %d texts", len(lines), len(texts))
		}
		for _, line := range lines {
			if strings.HasPrefix(line, " ") || strings.HasSuffix(line, " ") || strings.Contains(line, "  ") {
				t.Fatalf("%q: empty token in %q", text, line)
			}
		}
	})
}

func BenchmarkCaptions(b *testing.B) {
	texts := make([]string, 5000)
	size := 0
	for i := range texts {
		texts[i] = "A man's dog, in a black-and-white T-shirt, doesn't like the ball on the grass ."
		size += len(texts[i])
	}
	b.SetBytes(int64(size))
	for b.Loop() {
		Captions(texts)
	}
}
