package distributed

import (
	"fmt"
	"os"
	"regexp"
	"strconv"
	"strings"
)

// FromEnvironment returns what the launcher says by environment variables, and
// whether there is one: RANK, WORLD_SIZE, MASTER_ADDR, MASTER_PORT and, where
// there is more than one process on a machine, LOCAL_RANK, as torchrun sets
// them; else those that Slurm's srun sets. A batch script's own process, which
// Slurm counts as task 0 of those that srun may start, is one of no world.
func FromEnvironment() (o Options, launched bool, err error) {
	return fromEnvironment(os.Getenv)
}

func fromEnvironment(get func(string) string) (o Options, launched bool, err error) {
	var names [4]string // of rank, size, local rank, port
	switch {
	case get("RANK") != "" && get("WORLD_SIZE") != "":
		names = [4]string{"RANK", "WORLD_SIZE", "LOCAL_RANK", "MASTER_PORT"}
		o.Host, o.Launcher = get("MASTER_ADDR"), get("TORCHELASTIC_USE_AGENT_STORE") == "True"
	case get("SLURM_PROCID") != "" && !slurmBatch(get):
		tasks := firstSet(get, "SLURM_STEP_NUM_TASKS", "SLURM_NTASKS")
		if tasks == "" || get(tasks) == "1" {
			return o, false, nil
		}
		names = [4]string{"SLURM_PROCID", tasks, "SLURM_LOCALID", "MASTER_PORT"}
		if o.Host = get("MASTER_ADDR"); o.Host == "" {
			o.Host = firstNode(get(firstSet(get, "SLURM_STEP_NODELIST", "SLURM_JOB_NODELIST")))
		}
		o.Port = slurmPort(get("SLURM_JOB_ID"), get("SLURM_STEP_ID"))
	default:
		return o, false, nil
	}
	for i, place := range []*int{&o.Rank, &o.Size, &o.LocalRank, &o.Port} {
		text := get(names[i])
		if text == "" {
			continue
		}
		if *place, err = strconv.Atoi(text); err != nil {
			return o, true, fmt.Errorf("%s is %q, and no number", names[i], text)
		}
	}
	return o, true, o.check()
}

// slurmBatch tells whether this is a batch script's process, or a child of it,
// and not one that srun started: those have a step's number.
func slurmBatch(get func(string) string) bool {
	return get("ENVIRONMENT") == "BATCH" && get("SLURM_STEP_ID") == ""
}

// firstSet returns the first of some variables that is set, or "".
func firstSet(get func(string) string, names ...string) string {
	for _, name := range names {
		if get(name) != "" {
			return name
		}
	}
	return ""
}

// slurmPort is a port that two steps of one machine seldom share: jobs of an
// array have numbers in a row.
func slurmPort(job, step string) int {
	n, _ := strconv.Atoi(job)
	k, _ := strconv.Atoi(step)
	return 20000 + (n+1009*k)%20000
}

var nodeRange = regexp.MustCompile(`\[([^\],-]+)[^\]]*\]`)

// firstNode returns the first host of a list such as a1,b2 or node[07-09,12]-ib.
func firstNode(list string) string {
	name, _, _ := strings.Cut(nodeRange.ReplaceAllString(strings.TrimSpace(list), "$1"), ",")
	return name
}
