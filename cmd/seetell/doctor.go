package main

import (
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"text/tabwriter"

	"github.com/urfave/cli/v2"

	"github.com/seetell/seetell/captioner"
	"github.com/seetell/seetell/hub"
	"github.com/seetell/seetell/internal/cgroup"
	"github.com/seetell/seetell/nn/resnet"
	"github.com/seetell/seetell/torch"
	"github.com/seetell/seetell/torch/distributed"
)

func doctorCommand() *cli.Command {
	return &cli.Command{
		Name:  "doctor",
		Usage: "show libtorch, devices, precision, memory and caches, each with what to do",
		Action: func(c *cli.Context) error {
			if err := noArguments(c); err != nil {
				return err
			}
			findings := examine()
			if err := findings.print(c); err != nil {
				return err
			}
			if findings.wrong {
				return errReported
			}
			return nil
		},
	}
}

// A finding is one line of the doctor's: what was looked at, what was found,
// and what to do about it, "" for nothing.
type finding struct{ what, found, advice string }

type findings struct {
	lines []finding
	wrong bool // something that train and caption need is not there
}

func (f *findings) add(what, found, advice string) {
	f.lines = append(f.lines, finding{what, found, advice})
}

func (f findings) print(c *cli.Context) error {
	table := tabwriter.NewWriter(c.App.Writer, 0, 0, 2, ' ', 0)
	for _, line := range f.lines {
		fmt.Fprintf(table, "%s\t%s\n", line.what, strings.ReplaceAll(line.found, "\n", "\n\t"))
		if line.advice != "" {
			fmt.Fprintf(table, "\t-> %s\n", line.advice)
		}
	}
	return table.Flush()
}

func examine() findings {
	var f findings
	f.add("seetell", fmt.Sprintf("%s, %s, %s/%s", version, runtime.Version(), runtime.GOOS, runtime.GOARCH), "")
	if err := torch.Open(); err != nil {
		f.wrong = true
		f.add("libtorch", err.Error(), setupAdvice)
	} else {
		f.add("libtorch", torch.Version()+" in "+torch.Location(), "")
		f.add("library", openLibrary("libseetell_torch.so"), "")
		f.add("mkl", torch.MKL(), "")
		f.addDevices()
		f.addWorld()
	}
	f.addMemory()
	f.addCaches()
	return f
}

// openLibrary returns the path of a library that is in the process.
func openLibrary(name string) string {
	maps, err := os.ReadFile("/proc/self/maps")
	if err != nil {
		return err.Error()
	}
	for line := range strings.Lines(string(maps)) {
		if at := strings.IndexByte(line, '/'); at >= 0 && strings.HasSuffix(strings.TrimSpace(line), name) {
			return strings.TrimSpace(line[at:])
		}
	}
	return name + " is not open"
}

// setupAdvice is for those who have no checkout.
const setupAdvice = "without a checkout, `go run github.com/seetell/seetell/cmd/setup@latest` brings libtorch and seetell's library; score, plot, report, data and model need neither"

func (f *findings) addDevices() {
	f.add("cpu", fmt.Sprintf("%d of %d cores, %d threads, precision auto is %s", cgroup.Processors(), runtime.NumCPU(), torch.Threads(), automatic(torch.CPU)), "")
	if _, err := torch.ParseDevice("cuda"); err != nil {
		f.add("cuda", err.Error(), "nothing, unless this machine should have one: --device auto takes the CPU")
		return
	}
	for i := range torch.CUDACount() {
		device := torch.CUDA(i)
		memory := torch.Memory(device)
		f.add(device.String(), fmt.Sprintf("%s, %s free of %s, precision auto is %s",
			torch.CUDAName(i), bytesText(memory.Free), bytesText(memory.Total), automatic(device)), "")
	}
}

// addWorld says which processes compute together.
func (f *findings) addWorld() {
	const what, how = "processes", "Gloo between CPUs, NCCL between GPUs"
	o, launched, err := distributed.FromEnvironment()
	switch {
	case err != nil:
		f.wrong = true
		f.add(what, err.Error(), "the launcher's variables are RANK, WORLD_SIZE, MASTER_ADDR and MASTER_PORT, or Slurm's")
	case launched:
		f.add(what, fmt.Sprintf("%s; this is rank %d of %d, which meet at %s", how, o.Rank, o.Size, net.JoinHostPort(o.Host, strconv.Itoa(o.Port))), "")
	default:
		f.add(what, how+"; this is one: torchrun, Slurm's srun or --processes N start more", "")
	}
}

// automatic is what --precision auto means on a device.
func automatic(device torch.Device) captioner.Precision {
	precision, err := captioner.PrecisionAuto.Resolve(device)
	if err != nil {
		return captioner.Precision(err.Error())
	}
	return precision
}

// enough is the memory that training at the defaults takes, in bytes.
const enough = 3 << 30

func (f *findings) addMemory() {
	memory := torch.Memory(torch.CPU)
	advice := ""
	if memory.Free < enough {
		advice = "training at the defaults takes up to 3 GB: lower --batch, or free some"
	}
	f.add("memory", fmt.Sprintf("%s free of %s", bytesText(memory.Free), bytesText(memory.Total)), advice)
}

func (f *findings) addCaches() {
	user, err := os.UserCacheDir()
	if err != nil {
		f.add("caches", err.Error(), "set HOME or XDG_CACHE_HOME")
		return
	}
	ours := filepath.Join(user, "seetell")
	f.addFolder("libtorch cache", filepath.Join(ours, "libtorch"), "`make build` fills it")
	f.addFolder("test cache", filepath.Join(ours, "python"), "`make test` fills it")
	f.addFolder("METEOR's table", filepath.Join(ours, "meteor"), "`seetell data download meteor-table` brings it, for score's METEOR")
	f.addFolder("data sets", hub.Environment().Cache, "`seetell data download NAME` brings one from the hub; demo is built in")
	const backbone = "resnet18" // the default
	if file, err := resnet.Pretrained(backbone); err == nil {
		if path, err := hub.TorchPath(file); err == nil {
			f.addFolder("ResNet-18", path, "`seetell data download "+backbone+"` brings it, for training on photographs")
		}
	}
}

// addFolder tells the size of a cache's folder or file.
func (f *findings) addFolder(what, path, advice string) {
	size, err := sizeOf(path)
	if err != nil || size == 0 {
		f.add(what, "none in "+path, advice)
		return
	}
	f.add(what, bytesText(size)+" in "+path, "")
}

// sizeOf returns the bytes of the files at or below path, links not followed.
func sizeOf(path string) (total int64, err error) {
	err = filepath.WalkDir(path, func(_ string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.Type().IsRegular() {
			return err
		}
		info, err := entry.Info()
		if err == nil {
			total += info.Size()
		}
		return err
	})
	return total, err
}

// bytesText writes a number of bytes for people, as 3.2 GB.
func bytesText(n int64) string {
	for _, unit := range []struct {
		size int64
		name string
	}{{1e9, "GB"}, {1e6, "MB"}, {1e3, "kB"}} {
		if n >= unit.size {
			return fmt.Sprintf("%.1f %s", float64(n)/float64(unit.size), unit.name)
		}
	}
	return fmt.Sprintf("%d bytes", n)
}
