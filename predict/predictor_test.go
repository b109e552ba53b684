package predict

import (
	"math"
	"runtime"
	"testing"

	"github.com/seetell/seetell/captioner"
	"github.com/seetell/seetell/dataset"
	"github.com/seetell/seetell/dataset/loader"
	"github.com/seetell/seetell/internal/testmodel"
	"github.com/seetell/seetell/torch"
)

// demoSplit returns so many pictures of the built-in set.
func demoSplit(t *testing.T, pictures int) *dataset.Split {
	t.Helper()
	set, err := dataset.Open(t.Context(), "demo", dataset.Options{Seed: 1, Limit: pictures})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { set.Close() })
	split, err := set.Split("test")
	if err != nil {
		t.Fatal(err)
	}
	return split
}

// TestOutOfMemory lets more than two pictures at once fail for want of memory,
// and wants what all at once come to.
func TestOutOfMemory(t *testing.T) {
	model, _ := testmodel.Files(t)
	split := demoSplit(t, 6)
	p, _, err := Open([]string{model}, captioner.Options{Device: "cpu", Precision: captioner.PrecisionFloat32}, captioner.Beam{Width: 2, Best: 1, MaxWords: 4})
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	p.Loader.Batch, p.CaptionWords = 5, 8
	whole, err := p.Predict(t.Context(), split, nil)
	if err != nil {
		t.Fatal(err)
	}
	var sizes []int
	p.Pooled = func(s *torch.Scope, batch *loader.Batch) *torch.Tensor {
		if sizes = append(sizes, len(batch.IDs)); len(batch.IDs) > 2 {
			s.Fail(&torch.Error{Message: "CUDA out of memory"})
		}
		x := captioner.Normalise(s, Pixels(s, batch, p.Network.Device), p.Loader.Preprocessing)
		return p.Network.Pooled(s, x, captioner.Evaluation, p.Precision)
	}
	parts, err := p.Predict(t.Context(), split, nil)
	if err != nil {
		t.Fatalf("%v, tried %v pictures at once", err, sizes)
	}
	if parts.AtOnce != 2 || len(parts.Pictures) != len(whole.Pictures) || math.Abs(parts.Loss-whole.Loss) > 1e-5 || parts.DeadChannels != whole.DeadChannels {
		t.Errorf("%d pictures, %d at once, loss %v, dead %v; want %d, 2, %v, %v", len(parts.Pictures), parts.AtOnce, parts.Loss, parts.DeadChannels,
			len(whole.Pictures), whole.Loss, whole.DeadChannels)
	}
	for i, one := range parts.Pictures {
		if other := whole.Pictures[i]; one.ID != other.ID || one.Captions[0].Text != other.Captions[0].Text {
			t.Errorf("%s %q, want %s %q", one.ID, one.Captions[0].Text, other.ID, other.Captions[0].Text)
		}
	}
	p.Pooled = func(s *torch.Scope, _ *loader.Batch) *torch.Tensor {
		s.Fail(&torch.Error{Message: "CUDA out of memory"})
		return torch.Zeros(s, torch.Float32, torch.CPU, 1)
	}
	if _, err := p.Predict(t.Context(), split, nil); !OutOfMemory(err) {
		t.Errorf("%v where no picture fits, want out of memory", err)
	}
}

// TestSideBySide: threads that caption side by side say, in the split's order, what
// one says, also where there are fewer pictures than they could take.
func TestSideBySide(t *testing.T) {
	model, _ := testmodel.Files(t)
	split := demoSplit(t, 21)
	p, _, err := Open([]string{model}, captioner.Options{Device: "cpu", Precision: captioner.PrecisionFloat32}, captioner.Beam{Width: 2, Best: 1, MaxWords: 4})
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	p.Loader.Batch, p.CaptionWords = 4, 8
	runtime.LockOSThread() // each thread of the system has its own number
	defer runtime.UnlockOSThread()
	before := torch.Threads()
	defer torch.SetThreads(before)
	predictions := func(threads int) Predictions {
		t.Helper()
		if err := torch.SetThreads(threads); err != nil {
			t.Fatal(err)
		}
		all, err := p.Predict(t.Context(), split, nil)
		if err != nil {
			t.Fatal(err)
		}
		return all
	}
	one, three := predictions(1), predictions(3)
	if one.AtOnce != 4 || three.AtOnce != 12 {
		t.Errorf("%d and %d pictures at once, want 4 and 12", one.AtOnce, three.AtOnce)
	}
	if math.Abs(three.Loss-one.Loss) > 1e-5 || three.DeadChannels != one.DeadChannels || len(three.Pictures) != 21 {
		t.Errorf("%d pictures, loss %v, dead %v; want 21, %v, %v", len(three.Pictures), three.Loss, three.DeadChannels, one.Loss, one.DeadChannels)
	}
	for i, picture := range three.Pictures {
		if other := one.Pictures[i]; picture.ID != other.ID || picture.Captions[0].Text != other.Captions[0].Text {
			t.Errorf("%s %q, want %s %q", picture.ID, picture.Captions[0].Text, other.ID, other.Captions[0].Text)
		}
	}
}
