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
// them; else those that Slurm's srun sets.
func FromEnvironment() (o Options, launched bool, err error) {
	return fromEnvironment(os.Getenv)
}

func fromEnvironment(get func(string) string) (o Options, launched bool, err error) {
	var names [4]string // of rank, size, local rank, port
	switch {
	case get("RANK") != "" && get("WORLD_SIZE") != "":
		names = [4]string{"RANK", "WORLD_SIZE", "LOCAL_RANK", "MASTER_PORT"}
		o.Host, o.Launcher = get("MASTER_ADDR"), get("TORCHELASTIC_USE_AGENT_STORE") == "True"
	case get("SLURM_PROCID") != "" && get("SLURM_NTASKS") != "" && get("SLURM_NTASKS") != "1":
		names = [4]string{"SLURM_PROCID", "SLURM_NTASKS", "SLURM_LOCALID", "MASTER_PORT"}
		if o.Host = get("MASTER_ADDR"); o.Host == "" {
			o.Host = firstNode(get("SLURM_STEP_NODELIST") + get("SLURM_JOB_NODELIST"))
		}
		o.Port = slurmPort(get("SLURM_JOB_ID"))
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

// slurmPort is a port that two jobs of one machine seldom share.
func slurmPort(job string) int {
	n, _ := strconv.Atoi(job)
	return 20000 + n%20000
}

var nodeList = regexp.MustCompile(`^([^,\[]+)(?:\[([^\],-]+))?`)

// firstNode returns the first host of a list such as a1,b2 or node[07-09,12].
func firstNode(list string) string {
	match := nodeList.FindStringSubmatch(strings.TrimSpace(list))
	if match == nil {
		return ""
	}
	return match[1] + match[2]
}
