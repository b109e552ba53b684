package train

import (
	"debug/elf"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"

	"github.com/seetell/seetell/dataset"
	"github.com/seetell/seetell/torch"
)

// identity is what processes of a run must have in common, by name, and the
// machine that they are on.
type identity struct {
	Parts map[string]string
	Host  string
}

// verdict is what rank 0 finds: what differs, "" for nothing, and each process's
// machine.
type verdict struct {
	Wrong string
	Hosts []string
}

// agree compares settings, data and programs of the processes, and counts those
// on this machine.
func (p *processes) agree(c Config, data *dataset.Set, device torch.Device) error {
	if !p.several() {
		return nil
	}
	own, err := newIdentity(c, data, device)
	if err != nil {
		return err
	}
	text, err := json.Marshal(own)
	if err != nil {
		return err
	}
	texts, err := p.world.Gather(text)
	if err != nil {
		return err
	}
	var found verdict
	if p.first() {
		if found, err = compareIdentities(texts); err != nil {
			return err
		}
	}
	if err := p.share(&found); err != nil {
		return err
	}
	if found.Wrong != "" {
		return errors.New(found.Wrong)
	}
	p.here = len(slices.DeleteFunc(found.Hosts, func(host string) bool { return host != own.Host }))
	return nil
}

// newIdentity says what this process is. Where its data lie is its own affair, and
// what a run starts from is rank 0's.
func newIdentity(c Config, data *dataset.Set, device torch.Device) (identity, error) {
	parts, err := settings(c)
	if err != nil {
		return identity{}, err
	}
	for _, own := range []string{"data", "pictures", "from"} {
		delete(parts, own)
	}
	kind := "cpu"
	if device.CUDA {
		kind = "cuda"
	}
	host, err := os.Hostname()
	if err != nil {
		return identity{}, err
	}
	maps.Copy(parts, map[string]string{
		"the data's fingerprint": data.Fingerprint(), "the program": programID(), "libtorch": torch.Version(), "device": kind,
	})
	return identity{parts, host}, nil
}

// programID is Go's name of the build of this program: that of another source
// or other tools is another.
func programID() string {
	file, err := elf.Open("/proc/self/exe")
	if err != nil {
		return ""
	}
	defer file.Close()
	section := file.Section(".note.go.buildid")
	if section == nil {
		return ""
	}
	data, err := section.Data()
	if err != nil {
		return ""
	}
	_, id, _ := strings.Cut(string(data), "Go\x00\x00")
	return strings.TrimRight(id, "\x00")
}

// compareIdentities compares every process's with rank 0's.
func compareIdentities(texts [][]byte) (found verdict, err error) {
	all := make([]identity, len(texts))
	for rank, text := range texts {
		if err := json.Unmarshal(text, &all[rank]); err != nil {
			return found, fmt.Errorf("what rank %d says of itself: %w", rank, err)
		}
		found.Hosts = append(found.Hosts, all[rank].Host)
	}
	for rank, one := range all {
		for _, name := range slices.Sorted(maps.Keys(all[0].Parts)) {
			if there, here := one.Parts[name], all[0].Parts[name]; there != here && found.Wrong == "" {
				found.Wrong = fmt.Sprintf("rank %d does not fit rank 0: %s is %s there and %s here; start all with the same program, settings and data",
					rank, strings.ReplaceAll(name, "_", " "), there, here)
			}
		}
	}
	return found, nil
}
