package rouge

import (
	"fmt"
	"math"
	"strings"
	"testing"
)

func TestL(t *testing.T) {
	for _, test := range []struct {
		name, caption string
		references    []string
		want          float64
	}{
		{"same", "a dog runs", []string{"a dog runs"}, 1},
		{"nothing shared", "a dog", []string{"two men"}, 0},
		{"both empty", "", []string{""}, 1},                                             // one empty word each
		{"order", "police killed the gunman", []string{"police kill the gunman"}, 0.75}, // Lin 2004, §3.1
		{"best of each", "a b", []string{"a b c d", "a"}, 1},                            // precision of the first, recall of the second
	} {
		t.Run(test.name, func(t *testing.T) {
			var references [][]string
			for _, text := range test.references {
				references = append(references, strings.Split(text, " "))
			}
			if got := L(strings.Split(test.caption, " "), references); math.Abs(got-test.want) > 1e-12 {
				t.Errorf("%v, want %v", got, test.want)
			}
		})
	}
}

func ExampleL() {
	caption, reference := strings.Fields("a dog runs on grass"), strings.Fields("the dog runs in the grass")
	fmt.Printf("%.3f\n", L(caption, [][]string{reference}))
	// Output: 0.537
}
