package nn_test

import (
	"testing"

	"github.com/seetell/seetell/internal/testwalk"
	"github.com/seetell/seetell/nn"
	"github.com/seetell/seetell/torch"
)

// TestWrongArguments calls all that the package exports with arguments that
// nobody should give.
func TestWrongArguments(t *testing.T) {
	testwalk.Walk(t, testwalk.Subject{
		Functions: map[string]any{
			"ChannelsLast": nn.ChannelsLast, "ClipGradNorm": nn.ClipGradNorm, "ClipGradients": nn.ClipGradients, "Constant": nn.Constant,
			"Cosine": nn.Cosine, "DefaultAdamConfig": nn.DefaultAdamConfig, "Encode": nn.Encode, "Fits": nn.Fits, "FoldConv2d": nn.FoldConv2d,
			"GradNorm": nn.GradNorm, "KaimingNormalFanOut": nn.KaimingNormalFanOut, "LSTMGates": nn.LSTMGates,
			"Load": nn.Load, "NewAdam": nn.NewAdam, "NewBatchNorm": nn.NewBatchNorm, "NewConv2d": nn.NewConv2d, "NewEMA": nn.NewEMA,
			"NewEmbedding": nn.NewEmbedding, "NewLSTMCell": nn.NewLSTMCell, "NewLinear": nn.NewLinear, "NotFinite": nn.NotFinite,
			"NotFiniteGradient": nn.NotFiniteGradient, "Parameters": nn.Parameters, "ReadFile": nn.ReadFile, "ReadValues": nn.ReadValues, "StateOf": nn.StateOf,
			"Tensors": nn.Tensors, "ToDevice": nn.ToDevice, "WarmUp": nn.WarmUp, "WriteFile": nn.WriteFile,
		},
		Receivers: map[string]func(s *torch.Scope) []any{
			"Adam": func(s *torch.Scope) []any { return []any{nn.NewAdam(nil, nn.AdamConfig{})} },
			"EMA":  func(s *torch.Scope) []any { return []any{nn.NewEMA(nil, .9)} },
			"BatchNorm": func(s *torch.Scope) []any {
				return []any{new(nn.BatchNorm), nn.NewBatchNorm(s, 3), nn.NewBatchNorm(s, 0)}
			},
			"Conv2d": func(s *torch.Scope) []any {
				return []any{new(nn.Conv2d), nn.NewConv2d(s, 3, 2, 3, nn.ConvOptions{Bias: true})}
			},
			"Embedding":     func(s *torch.Scope) []any { return []any{new(nn.Embedding), nn.NewEmbedding(s, 2, 3)} },
			"LSTMCell":      func(s *torch.Scope) []any { return []any{new(nn.LSTMCell), nn.NewLSTMCell(s, 3, 2)} },
			"Linear":        func(s *torch.Scope) []any { return []any{new(nn.Linear), nn.NewLinear(s, 3, 2, nn.Options{})} },
			"MismatchError": func(*torch.Scope) []any { return []any{new(nn.MismatchError)} },
			"Mode":          func(*torch.Scope) []any { return []any{nn.Eval, nn.Mode(-1), nn.Mode(99)} },
			"Plateau":       func(*torch.Scope) []any { return []any{new(nn.Plateau)} },
			"Values":        func(*torch.Scope) []any { return []any{nn.Values(nil), make(nn.Values, 2)} },
			"StateDict": func(s *torch.Scope) []any {
				return []any{nn.StateDict(nil), nn.StateDict{{}}, nn.StateDict{{Name: "weight", Tensor: torch.Ones(s, torch.Int64, torch.CPU)}}}
			},
		},
	})
}
