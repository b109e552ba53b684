package evaluate_test

import (
	"context"
	"fmt"

	"github.com/seetell/seetell/evaluate"
)

func ExampleScore() {
	images := evaluate.Images{
		{ID: "1", Caption: "A dog runs on grass.", References: []string{"A brown dog runs on the grass.", "The dog is running."}},
		{ID: "2", Caption: "Two men play.", References: []string{"Two men play soccer.", "Men playing football."}},
	}
	report, err := evaluate.Score(context.Background(), images, evaluate.Options{Metrics: []evaluate.Metric{evaluate.BLEU, evaluate.CIDEr}})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("BLEU-1 %.3f, CIDEr-D %.3f\n", report.Scores["Bleu_1"], report.Scores["CIDEr"])
	// Output: BLEU-1 1.000, CIDEr-D 2.713
}
