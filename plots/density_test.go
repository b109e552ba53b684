package plots

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/seetell/seetell/plots/internal/metrics"
)

func TestSilverman(t *testing.T) {
	for _, test := range []struct {
		name   string
		values []float64
		want   float64
	}{
		// sd 1.5811388, IQR 2, so min(1.5811, 1.4925) 0.9 5^(-1/5); R: bw.nrd0(1:5) = 0.973585
		{"R's bw.nrd0 of 1 to 5", []float64{1, 2, 3, 4, 5}, .9 * (2 / 1.34) * math.Pow(5, -.2)},
		{"no quartile range", []float64{1, 1, 1, 1, 1, 1, 1, 2}, .9 * .35355339059327379 * math.Pow(8, -.2)},
		{"one value", []float64{.3}, 0},
		{"none", nil, 0},
		{"equal values", []float64{.3, .3, .3}, 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := silverman(test.values); math.Abs(got-test.want) > 1e-12 {
				t.Errorf("silverman(%v) = %v, want %v", test.values, got, test.want)
			}
		})
	}
}

// integrate is Simpson's rule over [0, high].
func integrate(f func(float64) float64, high float64) float64 {
	const n = 4000
	sum := f(0) + f(high)
	for i := 1; i < n; i++ {
		sum += float64(2+2*(i%2)) * f(high*float64(i)/n)
	}
	return sum * high / n / 3
}

func TestDensityKeepsItsMass(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	draw := func(n int, f func() float64) []float64 {
		values := make([]float64, n)
		for i := range values {
			values[i] = f()
		}
		slices.Sort(values)
		return values
	}
	for _, test := range []struct {
		name   string
		high   float64
		values []float64
	}{
		{"spread evenly to both bounds", 1, draw(500, random.Float64)},
		{"piled at the lower bound", 10, draw(500, func() float64 { return min(10, math.Abs(random.NormFloat64()/5)) })},
		{"piled at the upper bound", 1, draw(500, func() float64 { return max(0, 1-math.Abs(random.NormFloat64()/20)) })},
		{"two values at the bounds", 1, []float64{0, 1}},
	} {
		t.Run(test.name, func(t *testing.T) {
			d, ok := newDensity(test.values, test.high)
			if !ok {
				t.Fatal("no density")
			}
			if mass := integrate(d.at, test.high); math.Abs(mass-1) > 1e-4 {
				t.Errorf("the mass inside the bounds is %v, want 1", mass)
			}
		})
	}
}

func TestDensityIsReflected(t *testing.T) {
	// At a bound the mirror image doubles what the kernel alone gives.
	d := density{values: []float64{0}, high: 10, bandwidth: .5}
	if got, want := d.at(0), 2*gauss(0)/.5; math.Abs(got-want) > 1e-12 {
		t.Errorf("density at the bound = %v, want %v", got, want)
	}
	if got, want := d.at(.5), 2*gauss(1)/.5; math.Abs(got-want) > 1e-12 {
		t.Errorf("density one bandwidth off = %v, want %v", got, want)
	}
}

func TestZerosStandApart(t *testing.T) {
	s := newSample([]float64{1.2e-4, 0, .3, .2, 4.9e-4}, metrics.Of("Bleu_4"))
	if s.Zeros != 3 || !slices.Equal(s.Rest, []float64{.2, .3}) {
		t.Errorf("BLEU-4: %d zeros and %v, want 3 and [0.2 0.3]", s.Zeros, s.Rest)
	}
	s = newSample([]float64{1.2e-4, 0, .3}, metrics.Of("CIDEr"))
	if s.Zeros != 1 || len(s.Rest) != 2 {
		t.Errorf("CIDEr-D: %d zeros and %v, want 1 zero", s.Zeros, s.Rest)
	}
}

func TestHistogram(t *testing.T) {
	for _, test := range []struct {
		name         string
		values       []float64
		width, right float64
		want         []int
	}{
		{"edges belong to the bin on their right", []float64{0, .1, .2, .3}, .1, .5, []int{1, 1, 1, 1, 0}},
		{"the end belongs to the last bin", []float64{.5, 1}, .5, 1, []int{0, 2}},
		{"nothing", nil, .5, 1, []int{0, 0}},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := newHistogram(test.values, test.width, test.right).Counts; !slices.Equal(got, test.want) {
				t.Errorf("counts %v, want %v", got, test.want)
			}
		})
	}
}

func TestQuantile(t *testing.T) {
	values := []float64{1, 2, 3, 10} // numpy.quantile([1, 2, 3, 10], p)
	for p, want := range map[float64]float64{0: 1, .25: 1.75, .5: 2.5, .75: 4.75, 1: 10} {
		if got := metrics.Quantile(values, p); math.Abs(got-want) > 1e-12 {
			t.Errorf("quantile %v = %v, want %v", p, got, want)
		}
	}
}

func BenchmarkDensity(b *testing.B) {
	values := make([]float64, 1000)
	for i := range values {
		values[i] = float64(i) / 1000
	}
	d, _ := newDensity(values, 1)
	for b.Loop() {
		d.curve(1, 400)
	}
}
