package distributed

import (
	"fmt"
	"os"
	"testing"
	"time"

	"github.com/seetell/seetell/internal/testtensors"
	"github.com/seetell/seetell/torch"
)

// taskVariable names what a copy of the test program does instead of testing:
// it is one process of a world.
const taskVariable = "SEETELL_WORLD_TEST_TASK"

// patient is how long processes wait that are not to wait in vain: longer than a
// busy machine makes them.
const patient = 3 * time.Minute

func TestMain(m *testing.M) {
	if task := os.Getenv(taskVariable); task == "nccl" {
		fmt.Print(resolveNCCL())
		return
	} else if task != "" {
		if err := process(task); err != nil {
			fmt.Println(err)
			os.Exit(1)
		}
		return
	}
	os.Exit(testtensors.Run(m))
}

// process joins the world of the environment and does a task.
func process(task string) error {
	o, _, err := FromEnvironment()
	if err != nil {
		return err
	}
	o.Timeout, o.JoinTimeout = patient, patient
	switch task {
	case "peer":
		o.PyTorch = true
	case "alone":
		o.JoinTimeout = 3 * time.Second
	case "silent", "cut":
		o.Timeout = 5 * time.Second
	}
	torch.SetThreads(1)
	w, err := Join(o)
	if err != nil {
		return err
	}
	defer w.Leave()
	fmt.Println("joined")
	return map[string]func(*World) error{
		"collectives": collectives, "peer": sums, "die": die, "note": leave, "note first": leaveFirst, "silent": silent, "alone": die,
		"sizes": otherSizes, "methods": otherMethod, "backward": dieInBackward, "cut": cut, "cost": cost,
	}[task](w)
}
