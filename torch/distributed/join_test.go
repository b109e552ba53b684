package distributed

import (
	"fmt"
	"net"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/seetell/seetell/internal/testworld"
)

// TestSlurm meets as the variables say that Slurm's srun sets on one machine.
func TestSlurm(t *testing.T) {
	t.Parallel()
	job := strconv.Itoa(testworld.FreePort(t) % 20000)
	var members []*testworld.Member
	for rank := range 2 {
		members = append(members, testworld.Start(t, []string{
			taskVariable + "=collectives", fmt.Sprint("SLURM_PROCID=", rank), "SLURM_NTASKS=2", fmt.Sprint("SLURM_LOCALID=", rank),
			"SLURM_STEP_NUM_TASKS=2", "SLURM_STEP_ID=0", "SLURM_JOB_ID=" + job,
			"SLURM_JOB_NODELIST=127.0.0.1", "SLURM_STEP_NODELIST=127.0.0.1", "OMP_NUM_THREADS=1",
		}, os.Args[0]))
	}
	for rank, m := range members {
		if text, code := m.End(); code != 0 || !strings.Contains(text, "agree") {
			t.Errorf("rank %d: exit code %d, %s", rank, code, text)
		}
	}
}

// alone starts the first of two processes.
func alone(t *testing.T, port int) *testworld.Member {
	t.Helper()
	return testworld.Start(t, append(testworld.Environment(0, 2, port), taskVariable+"=alone"), os.Args[0])
}

func TestNobodyElseComes(t *testing.T) {
	t.Parallel()
	text, code := alone(t, testworld.FreePort(t)).End()
	if code != 1 || !strings.Contains(text, "1 of 2 processes came within 3 s") {
		t.Errorf("exit code %d, %s", code, text)
	}
}

func TestPortInUse(t *testing.T) {
	t.Parallel()
	listener, err := net.Listen("tcp", ":0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	port := listener.Addr().(*net.TCPAddr).Port
	text, code := alone(t, port).End()
	if code != 1 || !strings.Contains(text, fmt.Sprintf("port %d is in use", port)) {
		t.Errorf("exit code %d, %s", code, text)
	}
}

func TestEnvironment(t *testing.T) {
	for _, test := range []struct {
		name     string
		env      string
		want     Options
		launched bool
		wrong    string
	}{
		{"none", "", Options{}, false, ""},
		{"torchrun", "RANK=3 LOCAL_RANK=1 WORLD_SIZE=4 MASTER_ADDR=10.0.0.1 MASTER_PORT=29400 TORCHELASTIC_USE_AGENT_STORE=True",
			Options{Host: "10.0.0.1", Port: 29400, Rank: 3, Size: 4, LocalRank: 1, Launcher: true}, true, ""},
		{"by hand", "RANK=0 WORLD_SIZE=2 MASTER_ADDR=localhost MASTER_PORT=5",
			Options{Host: "localhost", Port: 5, Size: 2}, true, ""},
		{"Slurm", "SLURM_PROCID=5 SLURM_NTASKS=8 SLURM_LOCALID=1 SLURM_JOB_ID=1234567 SLURM_JOB_NODELIST=gpu[07-09,12],x1",
			Options{Host: "gpu07", Port: 34567, Rank: 5, Size: 8, LocalRank: 1}, true, ""},
		{"Slurm's step", "SLURM_PROCID=1 SLURM_NTASKS=8 SLURM_STEP_NUM_TASKS=2 SLURM_LOCALID=1 SLURM_JOB_ID=7 SLURM_STEP_ID=2 SLURM_JOB_NODELIST=a[1-4] SLURM_STEP_NODELIST=a3 ENVIRONMENT=BATCH",
			Options{Host: "a3", Port: 22025, Rank: 1, Size: 2, LocalRank: 1}, true, ""},
		{"Slurm's names with two ranges", "SLURM_PROCID=0 SLURM_NTASKS=2 SLURM_JOB_ID=7 SLURM_JOB_NODELIST=rack[2-3]n[01-03,7]-ib",
			Options{Host: "rack2n01-ib", Port: 20007, Size: 2}, true, ""},
		{"Slurm and another meeting place", "SLURM_PROCID=0 SLURM_NTASKS=2 SLURM_JOB_ID=7 SLURM_JOB_NODELIST=a[1-2] MASTER_ADDR=b MASTER_PORT=5",
			Options{Host: "b", Port: 5, Size: 2}, true, ""},
		{"Slurm's batch script", "SLURM_PROCID=0 SLURM_NTASKS=8 SLURM_LOCALID=0 SLURM_JOB_ID=7 SLURM_JOB_NODELIST=a[1-4] ENVIRONMENT=BATCH", Options{}, false, ""},
		{"torchrun under Slurm", "RANK=1 WORLD_SIZE=4 MASTER_ADDR=a MASTER_PORT=5 SLURM_PROCID=0 SLURM_NTASKS=2 SLURM_STEP_NUM_TASKS=2 SLURM_STEP_ID=0",
			Options{Host: "a", Port: 5, Rank: 1, Size: 4}, true, ""},
		{"Slurm without names of machines", "SLURM_PROCID=0 SLURM_NTASKS=2 SLURM_JOB_ID=7", Options{}, true, "MASTER_ADDR is empty"},
		{"Slurm's one task", "SLURM_PROCID=0 SLURM_NTASKS=1", Options{}, false, ""},
		{"no master", "RANK=0 WORLD_SIZE=2 MASTER_PORT=5", Options{}, true, "MASTER_ADDR is empty"},
		{"no port", "RANK=0 WORLD_SIZE=2 MASTER_ADDR=a", Options{}, true, "MASTER_PORT is 1 to 65535"},
		{"no number", "RANK=x WORLD_SIZE=2 MASTER_ADDR=a MASTER_PORT=5", Options{}, true, `RANK is "x", and no number`},
		{"too large", "RANK=2 WORLD_SIZE=2 MASTER_ADDR=a MASTER_PORT=5", Options{}, true, "process 2 of 2"},
	} {
		t.Run(test.name, func(t *testing.T) {
			set := map[string]string{}
			for _, pair := range strings.Fields(test.env) {
				name, value, _ := strings.Cut(pair, "=")
				set[name] = value
			}
			got, launched, err := fromEnvironment(func(name string) string { return set[name] })
			if launched != test.launched {
				t.Errorf("launched: %v", launched)
			}
			if test.wrong != "" {
				if err == nil || !strings.Contains(err.Error(), test.wrong) {
					t.Errorf("the error is %v, want %q in it", err, test.wrong)
				}
				return
			}
			if err != nil || got != test.want {
				t.Errorf("got %+v, %v, want %+v", got, err, test.want)
			}
		})
	}
}
