package predict

import (
	"bytes"
	"context"
	"encoding/gob"
	"fmt"
	"math"
	"net"
	"os"
	"os/exec"
	"reflect"
	"testing"

	"github.com/seetell/seetell/captioner"
	"github.com/seetell/seetell/dataset"
	"github.com/seetell/seetell/internal/testmodel"
	"github.com/seetell/seetell/internal/testtensors"
	"github.com/seetell/seetell/torch"
	"github.com/seetell/seetell/torch/distributed"
)

// modelVariable names the checkpoint with which a copy of the test program
// captions as one process of a world, instead of testing.
const modelVariable = "SEETELL_PREDICT_TEST_MODEL"

func TestMain(m *testing.M) {
	if model := os.Getenv(modelVariable); model != "" {
		if err := member(model); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	os.Exit(testtensors.Run(m))
}

// member writes rank 0's predictions to standard output.
func member(model string) error {
	o, _, err := distributed.FromEnvironment()
	if err != nil {
		return err
	}
	world, err := distributed.Join(o)
	if err != nil {
		return err
	}
	defer world.Leave()
	found, err := ten(model, world)
	if err != nil || world.Rank() != 0 {
		return err
	}
	return gob.NewEncoder(os.Stdout).Encode(found)
}

// ten captions ten pictures, which four do not divide, in batches of four.
func ten(model string, world *distributed.World) (found Predictions, err error) {
	if err := torch.SetThreads(1); err != nil {
		return found, err
	}
	set, err := dataset.Open(context.Background(), "demo", dataset.Options{Seed: 1, Limit: 10})
	if err != nil {
		return found, err
	}
	defer set.Close()
	split, err := set.Split("test")
	if err != nil {
		return found, err
	}
	p, _, err := Open([]string{model}, captioner.Options{Device: "cpu", Precision: "float32"}, captioner.DefaultBeam())
	if err != nil {
		return found, err
	}
	defer p.Close()
	p.Loader.Batch, p.World, p.CaptionWords = 4, world, 20
	return p.Predict(context.Background(), split, nil)
}

// TestProcessesShareASplit holds what two and three processes make of a split
// to what one makes of it.
func TestProcessesShareASplit(t *testing.T) {
	model, _ := testmodel.Files(t)
	want, err := ten(model, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv(modelVariable, model)
	for _, size := range []int{2, 3} {
		got := together(t, size)
		if len(got.Pictures) != 10 || math.Abs(got.Loss-want.Loss) > 1e-6*want.Loss || got.DeadChannels != want.DeadChannels {
			t.Fatalf("%d processes: %d pictures, loss %v and %v dead, want 10, %v and %v",
				size, len(got.Pictures), got.Loss, got.DeadChannels, want.Loss, want.DeadChannels)
		}
		for i, one := range got.Pictures {
			other := want.Pictures[i]
			if one.ID != other.ID || one.Row != other.Row || !reflect.DeepEqual(one.References, other.References) ||
				one.Captions[0].Text != other.Captions[0].Text || math.Abs(one.Captions[0].LogProbability-other.Captions[0].LogProbability) > 1e-4 {
				t.Errorf("%d processes: picture %d is %+v, want %+v", size, i, one, other)
			}
		}
	}
}

// together captions in a world of processes.
func together(t *testing.T, size int) (found Predictions) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	port := listener.Addr().(*net.TCPAddr).Port
	listener.Close()
	var out bytes.Buffer
	members := make([]*exec.Cmd, size)
	for rank := range members {
		m := exec.CommandContext(t.Context(), os.Args[0])
		m.Env = append(os.Environ(), "MASTER_ADDR=127.0.0.1", fmt.Sprint("MASTER_PORT=", port),
			fmt.Sprint("RANK=", rank), fmt.Sprint("WORLD_SIZE=", size), "OMP_NUM_THREADS=1")
		if m.Stderr = os.Stderr; rank == 0 {
			m.Stdout = &out
		}
		if err := m.Start(); err != nil {
			t.Fatal(err)
		}
		members[rank] = m
	}
	for rank, m := range members {
		if err := m.Wait(); err != nil {
			t.Errorf("process %d of %d: %v", rank, size, err)
		}
	}
	if err := gob.NewDecoder(&out).Decode(&found); err != nil {
		t.Fatal(err)
	}
	return found
}
