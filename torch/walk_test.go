package torch_test

import (
	"testing"

	"github.com/seetell/seetell/internal/testwalk"
	"github.com/seetell/seetell/torch"
)

// TestWrongArguments calls all that the package exports with arguments that
// nobody should give.
func TestWrongArguments(t *testing.T) {
	threads := torch.Threads()
	defer torch.SetThreads(threads)
	testwalk.Walk(t, testwalk.Subject{
		Functions: map[string]any{
			"Arange": torch.Arange, "CUDA": torch.CUDA, "CUDACount": torch.CUDACount, "CUDAName": torch.CUDAName,
			"Cat": torch.Cat, "CopySlice": torch.CopySlice[float32], "Empty": torch.Empty, "FasterInBFloat16": torch.FasterInBFloat16, "ForeachNorm": torch.ForeachNorm,
			"ForeachScale": torch.ForeachScale, "FromSlice": torch.FromSlice[float32], "Full": torch.Full, "FusedAdam": torch.FusedAdam,
			"ImitatesBFloat16": torch.ImitatesBFloat16,
			"Live":             torch.Live, "Location": torch.Location, "MKL": torch.MKL, "ManualSeed": torch.ManualSeed, "Memory": torch.Memory,
			"NewScope": torch.NewScope, "NoGrad": torch.NoGrad, "Ones": torch.Ones, "Open": torch.Open, "PackConv2D": torch.PackConv2D, "Packs": torch.Packs,
			"NewGraphs": torch.NewGraphs, "HasGraphs": torch.HasGraphs, "NewTasks": torch.NewTasks, "NewUpload": torch.NewUpload[float32], "ParseDevice": torch.ParseDevice, "RandomState": torch.RandomState, "ResetPeak": torch.ResetPeak, "Run": torch.Run,
			"SetRandomState": torch.SetRandomState, "SetThreads": torch.SetThreads, "Synchronize": torch.Synchronize,
			"Threads": torch.Threads, "Version": torch.Version, "Where": torch.Where, "Zeros": torch.Zeros,
		},
		Receivers: map[string]func(s *torch.Scope) []any{
			"Tensor": tensors,
			"Scope":  func(s *torch.Scope) []any { return []any{s} },
			"DType":  func(*torch.Scope) []any { return []any{torch.Float32, torch.DType(-1), torch.DType(99)} },
			"Device": func(*torch.Scope) []any { return []any{torch.CPU, torch.CUDA(-1), torch.Meta} },
			"Error":  func(*torch.Scope) []any { return []any{&torch.Error{}, &torch.Error{Op: "a", Shapes: [][]int64{nil}}} },
			"AttentionLSTM": func(s *torch.Scope) []any {
				x := torch.Ones(s, torch.Float32, torch.CPU, 2, 3)
				return []any{torch.AttentionLSTM{}, torch.AttentionLSTM{Rows: []int64{1}, Pictures: []int64{0}},
					torch.AttentionLSTM{Features: x, Keys: x, H: x, C: x, Words: x, StateWeight: x, StateBias: x, ScoreWeight: x, ScoreBias: x, StepWeight: x, Rows: []int64{7, -1}, Pictures: []int64{99}}}
			},
			"Upload":       func(*torch.Scope) []any { return []any{(*torch.Upload)(nil), new(torch.Upload)} },
			"Tasks":        func(*torch.Scope) []any { return []any{(*torch.Tasks)(nil), new(torch.Tasks)} },
			"Graphs":       func(*torch.Scope) []any { return []any{(*torch.Graphs)(nil), new(torch.Graphs)} },
			"Graph":        func(*torch.Scope) []any { return []any{(*torch.Graph)(nil), new(torch.Graph)} },
			"PackedConv2D": func(*torch.Scope) []any { return []any{new(torch.PackedConv2D)} },
		},
		Skip: map[string]string{
			"CheckScopes": "it is the test's own", "TuneProcess": "it is for the start of a process",
			"WorkAlone":  "it is for a thread's whole life",
			"OpenGraphs": "it is for the library of a device",
			"OpenShim":   "only packages below can call it", "Scope.Call": "only packages below can call it",
			"Scope.Close": "Run closes the scope",
		},
	})
}

func tensors(s *torch.Scope) []any {
	freed := torch.Ones(s, torch.Float32, torch.CPU, 2)
	freed.Free()
	return []any{
		(*torch.Tensor)(nil), freed, torch.Zeros(s, torch.Float32, torch.CPU, 0), torch.Ones(s, torch.Float32, torch.CPU),
		torch.Ones(s, torch.Float32, torch.CPU, 2, 3), torch.Ones(s, torch.Float32, torch.CPU, 2, 3).RequiresGrad(s, true),
		torch.Ones(s, torch.BFloat16, torch.CPU, 2, 3, 4, 4), torch.Ones(s, torch.Float64, torch.CPU, 3, 2),
		torch.FromSlice(s, []int64{0, 1, 7}, 3), torch.FromSlice(s, []bool{true}, 1),
		torch.Ones(s, torch.Float32, torch.CPU, 1, 1, 1, 1, 1, 1, 1, 2),
	}
}
