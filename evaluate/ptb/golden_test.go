package ptb

import (
	"bufio"
	"strconv"
	"strings"
	"testing"

	"github.com/seetell/seetell/internal/testshared"
)

// goldenRows returns the cells of a golden file, without its heading.
func goldenRows(t *testing.T, name string) [][]string {
	t.Helper()
	var rows [][]string
	lines := bufio.NewReader(testshared.Golden(t, "ptb", name))
	for {
		line, err := lines.ReadString('\n')
		if err != nil {
			break
		}
		rows = append(rows, strings.Split(strings.TrimSuffix(line, "\n"), "\t"))
	}
	return rows[1:]
}

// unescape undoes the golden files' \n, \t, \\ and \uXXXX.
func unescape(t *testing.T, text string) string {
	t.Helper()
	var out strings.Builder
	for i := 0; i < len(text); i++ {
		if text[i] != '\\' || i+1 == len(text) {
			out.WriteByte(text[i])
			continue
		}
		i++
		switch text[i] {
		case 'n':
			out.WriteByte('\n')
		case 't':
			out.WriteByte('\t')
		case 'u':
			code, err := strconv.ParseUint(text[i+1:i+5], 16, 16)
			if err != nil {
				t.Fatal(err)
			}
			out.WriteRune(rune(code))
			i += 4
		default:
			out.WriteByte(text[i])
		}
	}
	return out.String()
}

// wrong counts the rows in which got is not want, and shows the first.
func wrong(t *testing.T, rows int, input, got, want func(i int) string) {
	t.Helper()
	count := 0
	for i := range rows {
		if got(i) == want(i) {
			continue
		}
		if count++; count <= 20 {
			t.Errorf("%q:\n got %q\nwant %q", input(i), got(i), want(i))
		}
	}
	t.Logf("%s: %d of %d differ", t.Name(), count, rows)
}

func TestGoldenCases(t *testing.T) {
	rows := goldenRows(t, "cases_isolated.tsv")
	input := func(i int) string { return unescape(t, rows[i][0]) }
	got := func(i int) string { return strings.ReplaceAll(Tokenize(input(i)), "\n", "\\n") }
	wrong(t, len(rows), input, got, func(i int) string { return lineEnds.Replace(rows[i][1]) })
	captions := func(i int) string { return withoutPunctuation(strings.ReplaceAll(Tokenize(input(i)), "\n", "\\n")) }
	wrong(t, len(rows), input, captions, func(i int) string { return lineEnds.Replace(rows[i][2]) })
}

// lineEnds removes the spaces that the golden file has around line ends.
var lineEnds = strings.NewReplacer(" \\n ", "\\n", " \\n", "\\n", "\\n ", "\\n")

func TestGoldenFuzz(t *testing.T) {
	for _, name := range []string{"fuzz_mild.tsv.gz", "fuzz_unicode.tsv.gz"} {
		rows := goldenRows(t, name)
		input := func(i int) string { return rows[i][0] }
		t.Run(name+"/alone", func(t *testing.T) {
			wrong(t, len(rows), input, func(i int) string { return Tokenize(rows[i][0]) }, func(i int) string { return rows[i][1] })
		})
		t.Run(name+"/batch", func(t *testing.T) {
			texts := make([]string, len(rows))
			for i := range rows {
				texts[i] = rows[i][0]
			}
			lines := Lines(texts)
			if len(lines) != len(rows) {
				t.Fatalf("%d lines for %d texts", len(lines), len(rows))
			}
			wrong(t, len(rows), input, func(i int) string { return lines[i] }, func(i int) string { return rows[i][2] })
		})
	}
}

func TestGoldenCaptions(t *testing.T) {
	rows := goldenRows(t, "flickr8k_sample_batch.tsv.gz")
	texts := make([]string, len(rows))
	for i := range rows {
		texts[i] = rows[i][1]
	}
	lines, captions := Lines(texts), Captions(texts)
	if len(lines) != len(rows) {
		t.Fatalf("%d lines for %d texts", len(lines), len(rows))
	}
	input := func(i int) string { return texts[i] }
	wrong(t, len(rows), input, func(i int) string { return lines[i] }, func(i int) string { return rows[i][2] })
	wrong(t, len(rows), input, func(i int) string { return captions[i] }, func(i int) string { return rows[i][3] })
}
