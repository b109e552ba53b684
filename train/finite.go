package train

import (
	"math"

	"github.com/seetell/seetell/nn"
	"github.com/seetell/seetell/torch"
)

// notFinite names what is not finite in a step: a tensor of the model, the
// loss, the first gradient, or no more than the norm of them all.
func notFinite(s *torch.Scope, stats StepStats, model []nn.Entry) string {
	if sum := stats.Loss + stats.GradientNorm; !math.IsNaN(sum) && !math.IsInf(sum, 0) {
		return ""
	}
	if name := nn.NotFinite(s, model); name != "" {
		return name
	}
	if math.IsNaN(stats.Loss) || math.IsInf(stats.Loss, 0) {
		return "loss"
	}
	if name := nn.NotFiniteGradient(s, model); name != "" {
		return "gradient of " + name
	}
	return "gradient norm"
}
