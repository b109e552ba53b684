package train

import (
	"encoding/json"
	"errors"
	"fmt"

	"github.com/seetell/seetell/captioner"
	"github.com/seetell/seetell/nn"
	"github.com/seetell/seetell/nn/tensorfile"
	"github.com/seetell/seetell/torch"
)

// stateKey is the key of the state's JSON text within the resume file's
// metadata.
const stateKey = "seetell.resume"

// The names of the resume file's tensors that are no weights.
const (
	optimizerPrefix = "optimiser."
	emaPrefix       = "average."
	randomName      = "random.state"
)

// state is all that a resumed run needs. Its fields stand in the resume file's
// metadata; weights, the optimiser's moments, the average and the state of
// random numbers are the file's tensors.
type state struct {
	Config   Config   `json:"config"`
	Progress progress `json:"progress"`
	History  []Epoch  `json:"history"`
	Machine  machine  `json:"machine"`
}

// machine is what the last bits of a run depend on beside its settings.
type machine struct {
	Device    string              `json:"device"`
	Threads   int                 `json:"threads"`
	Precision captioner.Precision `json:"precision"` // that auto meant
}

// thisMachine describes where a run computes.
func thisMachine(device torch.Device, p captioner.Precision) machine {
	return machine{device.String(), torch.Threads(), p}
}

// write writes the state, and with it a trainer's, into the file at path.
func (st state) write(path string, t *Trainer, meta captioner.Metadata) error {
	st.Progress.MicroBatch = t.MicroBatch()
	text, err := json.Marshal(st)
	if err != nil {
		return fmt.Errorf("describe the run: %w", err)
	}
	random, err := torch.RandomState(t.Network.Device)
	if err != nil {
		return err
	}
	return torch.NoGrad(func(s *torch.Scope) error {
		beside := t.Optimizer.State().Prefixed(optimizerPrefix)
		if t.EMA != nil {
			beside = append(beside, t.EMA.State().Prefixed(emaPrefix)...)
		}
		if t.Detector != nil {
			beside = append(beside, nn.StateOf(t.Detector.Named(detectorPrefix))...)
		}
		beside = append(beside, nn.Parameter{Name: randomName, Tensor: torch.FromSlice(s, random, int64(len(random)))})
		return t.Network.SaveWith(path, meta, map[string]string{stateKey: string(text)}, beside)
	})
}

// restore gives a trainer, whose network is loaded, what write wrote beside it.
func (st state) restore(t *Trainer, s *torch.Scope, beside nn.StateDict) error {
	t.restoreProgress(st.Progress.Steps-st.Progress.PhaseStart, st.Progress.MicroBatch)
	if err := t.Optimizer.SetState(beside.Under(optimizerPrefix)); err != nil {
		return err
	}
	if t.EMA != nil {
		if err := t.EMA.SetState(beside.Under(emaPrefix)); err != nil {
			return err
		}
	}
	if t.Detector != nil {
		if err := nn.Load(t.Detector.Named(""), beside.Under(detectorPrefix)); err != nil {
			return fmt.Errorf("detector of words: %w", err)
		}
	}
	random := beside.Under(randomName)
	if len(random) != 1 {
		return fmt.Errorf("the tensor %q is missing", randomName)
	}
	return torch.SetRandomState(t.Network.Device, random[0].Tensor.Uint8s(s))
}

// readState reads the state in the resume file at path, tensors left out.
func readState(path string) (state, error) {
	file, err := tensorfile.Open(path)
	if err != nil {
		return state{}, err
	}
	defer file.Close()
	return parseState(file.Metadata[stateKey])
}

// parseState reads the state's JSON text.
func parseState(text string) (st state, err error) {
	if text == "" {
		return st, errors.New("it is a checkpoint to use, not one to resume from")
	}
	st.Config = DefaultConfig() // for what older files leave out
	if err := json.Unmarshal([]byte(text), &st); err != nil {
		return st, fmt.Errorf("metadata %q: %w", stateKey, err)
	}
	return st, nil
}
