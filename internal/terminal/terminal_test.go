package terminal

import (
	"bytes"
	"encoding/json"
	"testing"
	"unicode/utf8"
)

func TestLine(t *testing.T) {
	for _, test := range []struct{ name, text, want string }{
		{"plain", "a dog – 草 👩‍👩‍👧.jpg", "a dog – 草 👩‍👩‍👧.jpg"},
		{"an escape", "\x1b[2Jdog", `\u001b[2Jdog`},
		{"a title", "\x1b]0;owned\x07", `\u001b]0;owned\u0007`},
		{"line breaks and tabs", "a\nb\r\nc\td", `a\nb\r\nc\td`},
		{"backspace and delete", "ab\b\x7f", `ab\u0008\u007f`},
		{"C1, as UTF-8", "\u009b31m", `\u009b31m`},
		{"C1, as a byte", "\x9b31m", `\x9b31m`},
		{"text turned round", "gpj.\u202eexe\u2066", `gpj.\u202eexe\u2066`},
		{"other ends of lines", "a\u2028b\u2029c\u0085d", `a\u2028b\u2029c\u0085d`},
		{"no UTF-8", "a\xffb", `a\xffb`},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := Line(test.text); got != test.want {
				t.Errorf("Line(%q) = %q, want %q", test.text, got, test.want)
			}
		})
	}
}

// TestWriterKeepsJSON has JSON go through the door: it says the same.
func TestWriterKeepsJSON(t *testing.T) {
	words := []string{"\x1b[31m", "\u009b", "\u202e", "\n", "草", "\x7f", `\`}
	text, err := json.MarshalIndent(words, "", "\t")
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if _, err := NewWriter(&out).Write(text); err != nil {
		t.Fatal(err)
	}
	var got []string
	if err := json.Unmarshal(out.Bytes(), &got); err != nil {
		t.Fatalf("%v in %q", err, out.String())
	}
	for i := range words {
		if got[i] != words[i] {
			t.Errorf("%q became %q", words[i], got[i])
		}
	}
}

// FuzzWriter writes a text in two parts: nothing that steers comes out, what
// was harmless comes out as it was, and the parts make no difference.
func FuzzWriter(f *testing.F) {
	f.Add("草の上", 1)
	f.Add("\x1b[2J\u009b31m\u202e\r\n", 4)
	f.Add("\xf0\x9f\x91", 2)
	f.Fuzz(func(t *testing.T, text string, cut int) {
		cut = min(max(cut, 0), len(text))
		var out bytes.Buffer
		w := NewWriter(&out)
		for _, part := range []string{text[:cut], text[cut:]} {
			if n, err := w.Write([]byte(part)); n != len(part) || err != nil {
				t.Fatalf("Write(%q) = %d, %v", part, n, err)
			}
		}
		if err := w.Flush(); err != nil {
			t.Fatal(err)
		}
		got, safe := out.String(), utf8.ValidString(text)
		for _, r := range got {
			if steers(r) {
				t.Fatalf("%q came out as %q", text, got)
			}
		}
		for _, r := range text {
			safe = safe && !steers(r)
		}
		if !utf8.ValidString(got) || safe && got != text {
			t.Errorf("%q came out as %q", text, got)
		}
	})
}
