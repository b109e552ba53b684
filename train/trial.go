package train

import (
	"fmt"
	"os"
	"slices"
	"strconv"
	"syscall"
	"time"
)

var (
	trialSteps, _ = strconv.Atoi(os.Getenv("SEETELL_TRIAL"))
	trialStarts   []time.Time
	trialBack     []time.Duration
	trialCPU      time.Duration
)

func trialCPUNow() time.Duration {
	var used syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &used)
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}

const trialSkip = 4

func (t *Trainer) trialBegin() {
	if trialSteps == 0 {
		return
	}
	trialStarts = append(trialStarts, time.Now())
	if len(trialStarts) == trialSkip+1 {
		trialCPU = trialCPUNow()
	}
	if len(trialStarts) == trialSteps+trialSkip+1 {
		cpu := (trialCPUNow() - trialCPU) / time.Duration(trialSteps)
		s := trialStarts[trialSkip:]
		var each []time.Duration
		for i := 1; i < len(s); i++ {
			each = append(each, s[i].Sub(s[i-1]))
		}
		mean := s[len(s)-1].Sub(s[0]) / time.Duration(trialSteps)
		for parity := range 2 {
			var some []time.Duration
			var sum time.Duration
			for i, e := range each {
				if (i+trialSkip)%2 == parity {
					some = append(some, e)
					sum += e
				}
			}
			slices.Sort(some)
			n := len(some)
			fmt.Fprintf(os.Stderr, "trial rank %d: parity %d (0 overlaps) of %d: quartiles %v %v %v mean %v\n", t.World.Rank(), parity, n, some[n/4].Round(time.Millisecond/10), some[n/2].Round(time.Millisecond/10), some[3*n/4].Round(time.Millisecond/10), (sum / time.Duration(n)).Round(time.Millisecond/10))
		}
		slices.Sort(each)
		back := trialBack[trialSkip:]
		var sum time.Duration
		for _, b := range back {
			sum += b
		}
		t.World.Barrier()
		fmt.Fprintf(os.Stderr, "trial rank %d: overlap %q steps %d mean %v median %v backward+sums %v cpu %v waits %v\n", t.World.Rank(), os.Getenv("SEETELL_OVERLAP"), trialSteps, mean.Round(time.Millisecond/10), each[len(each)/2].Round(time.Millisecond/10), (sum / time.Duration(len(back))).Round(time.Millisecond/10), cpu.Round(time.Millisecond/10), (trialWaits / time.Duration(trialSteps)).Round(time.Millisecond/10))
		t.World.Barrier()
		os.Exit(0)
	}
}

var trialWaits time.Duration
