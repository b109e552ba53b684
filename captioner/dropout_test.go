package captioner

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/seetell/seetell/torch"
)

// TestDrop drops as many elements as asked for, within five deviations of
// chance, and keeps the sum.
func TestDrop(t *testing.T) {
	const n = 100_003
	for _, p := range []float64{0, .1, .5, .9} {
		how := LossOptions{Random: rand.New(rand.NewPCG(1, 2))}
		err := torch.NoGrad(func(s *torch.Scope) error {
			x := how.drop(s, torch.Ones(s, torch.Float32, torch.CPU, n), p)
			dropped, sum := 0., 0.
			for _, value := range x.Float64s(s) {
				if sum += value; value == 0 {
					dropped++
				} else if math.Abs(value-1/(1-p)) > 1e-6 {
					t.Fatalf("of 1 it makes %v, with probability %v", value, p)
				}
			}
			chance := 5 * math.Sqrt(n*p*(1-p))
			if math.Abs(dropped-n*p) > chance || math.Abs(sum-n) > chance/(1-p)+1e-2*n*1e-4 {
				t.Errorf("probability %v: %v of %d dropped, sum %v", p, dropped, n, sum)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}
