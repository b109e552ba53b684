package tables

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/seetell/seetell/evaluate"
)

// twoSystems are a baseline and a system that is better at one thing.
func twoSystems() []System {
	interval := func(low, high float64) *[2]float64 { return &[2]float64{low, high} }
	p, q := .0123, .5
	return []System{
		{"a_base", &evaluate.Report{
			Images: 1000, Tokenizer: "ptb", Scores: map[string]float64{"CIDEr": .3994, "Bleu_4": .2},
			Intervals: map[string][2]float64{"CIDEr": {.368, .432}},
		}},
		{"50 % & <b> | \"x\"\n", &evaluate.Report{
			Images: 1000, Tokenizer: "ptb", Scores: map[string]float64{"CIDEr": .512, "Bleu_4": .1999},
			Intervals: map[string][2]float64{"CIDEr": {.48, .546}}, Bootstrap: &evaluate.Bootstrap{Resamples: 1000, Seed: 1, Confidence: .95},
			Baseline: &evaluate.Comparison{Name: "a_base", Scores: map[string]float64{"CIDEr": .3994, "Bleu_4": .2}, Differences: map[string]evaluate.Difference{
				"CIDEr": {Value: .1126, Interval: interval(.08, .14), P: &p}, "Bleu_4": {Value: -.0001, Interval: interval(-.01, .01), P: &q},
			}},
		}},
	}
}

func TestMarkdown(t *testing.T) {
	const want = `|  | BLEU-4 | CIDEr-D |
|:--|--:|--:|
| a\_base | **0.200** | 0.399 [0.368, 0.432] |
| 50 % \& \<b\> \| "x"  | 0.200 | **0.512** [0.480, 0.546] |

| less a\_base | BLEU-4 | CIDEr-D |
|:--|--:|--:|
| 50 % \& \<b\> \| "x"  | 0.000 [-0.010, +0.010], p 0.500 | +0.113 [+0.080, +0.140], p 0.012 |

1000 pictures, tokenizer ptb; in brackets 95 % intervals of 1000 bootstrap resamples over pictures, seed 1; differences are paired, p two-sided, not corrected for the number of tests.
`
	var out strings.Builder
	if err := Markdown(&out, twoSystems()); err != nil || out.String() != want {
		t.Errorf("%v\n%s", err, out.String())
	}
}

func TestLaTeX(t *testing.T) {
	const want = `% \usepackage{booktabs}
% 1000 pictures, tokenizer ptb
% in brackets 95 % intervals of 1000 bootstrap resamples over pictures, seed 1
% differences are paired, p two-sided, not corrected for the number of tests
\begin{tabular}{lrr}
\toprule
 & BLEU-4 & CIDEr-D \\
\midrule
a\_base & \textbf{0.200} & 0.399 \\
 &  & {\scriptsize [0.368, 0.432]} \\
50 \% \& \textless{}b\textgreater{} \textbar{} ''x''  & 0.200 & \textbf{0.512} \\
 &  & {\scriptsize [0.480, 0.546]} \\
\midrule
50 \% \& \textless{}b\textgreater{} \textbar{} ''x''  $-$ a\_base & 0.000 & $+0.113$ \\
 & {\scriptsize [$-0.010$, $+0.010$]} & {\scriptsize [$+0.080$, $+0.140$]} \\
 & {\scriptsize $p = 0.500$} & {\scriptsize $p = 0.012$} \\
\bottomrule
\end{tabular}
`
	var out strings.Builder
	if err := LaTeX(&out, twoSystems()); err != nil || out.String() != want {
		t.Errorf("%v\n%s", err, out.String())
	}
	compiles(t, out.String())
}

// compiles has LaTeX set the table, where there is one.
func compiles(t *testing.T, table string) {
	program, err := exec.LookPath("pdflatex")
	if err != nil {
		t.Log("pdflatex is not installed: the table is compared with what it should be alone")
		return
	}
	path := filepath.Join(t.TempDir(), "table.tex")
	text := "\\documentclass{article}\\usepackage{booktabs}\\begin{document}\n" + table + "\\end{document}\n"
	if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
	command := exec.Command(program, "-halt-on-error", "-interaction", "nonstopmode", path)
	command.Dir = filepath.Dir(path)
	if out, err := command.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}

// TestOneSystem has neither a best score nor differences; a report's baseline
// stands before it.
func TestOneSystem(t *testing.T) {
	var out strings.Builder
	systems := twoSystems()
	if err := Markdown(&out, Systems("alone", systems[0].Report)); err != nil || strings.Contains(out.String(), "**") || strings.Contains(out.String(), "less") {
		t.Errorf("%v\n%s", err, out.String())
	}
	rows := Systems("best", systems[1].Report)
	if len(rows) != 2 || rows[0].Name != "a_base" || rows[0].Report.Scores["CIDEr"] != .3994 {
		t.Errorf("%+v", rows)
	}
}
