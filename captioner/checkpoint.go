package captioner

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
	"syscall"

	"github.com/seetell/seetell/captioner/checkpoint"
	"github.com/seetell/seetell/nn"
	"github.com/seetell/seetell/nn/tensorfile"
	"github.com/seetell/seetell/torch"
)

// Save writes a checkpoint whole: the network's tensors and what m says.
func (n *Network) Save(path string, m Metadata) error { return n.SaveWith(path, m, nil, nil) }

// Marshal returns the bytes of the checkpoint that Save writes.
func (n *Network) Marshal(m Metadata) ([]byte, error) {
	text, err := m.Texts()
	if err != nil {
		return nil, err
	}
	return nn.Encode(text, nn.StateOf(n.Named()))
}

// SaveWith writes a checkpoint with more metadata and tensors beside its own.
func (n *Network) SaveWith(path string, m Metadata, more map[string]string, beside nn.StateDict) error {
	text, err := m.Texts()
	if err != nil {
		return err
	}
	maps.Copy(text, more)
	return nn.WriteFile(path, text, append(nn.StateOf(n.Named()), beside...))
}

// Load returns the network of the checkpoint at path, on device, and what the
// checkpoint says of itself. The caller closes the network.
func Load(path string, device torch.Device) (n *Network, m Metadata, err error) {
	return load(path, readContents(path, false), device)
}

// load is Load of what has been read.
func load(path string, c contents, device torch.Device) (n *Network, m Metadata, err error) {
	err = torch.NoGrad(func(s *torch.Scope) error {
		var rest nn.StateDict
		n, rest, err = c.network(s, path, device)
		if err == nil && len(rest) > 0 {
			n.Close()
			return fmt.Errorf("read %s: %q is no tensor of this model", path, rest[0].Name)
		}
		return err
	})
	if torch.Open() != nil { // what is missing is the machine's
		return n, c.says, err
	}
	return n, c.says, checkpoint.NameWhole(path, err)
}

// LoadWith is Load for a checkpoint written by SaveWith: it also returns what
// stands beside the network, its tensors in the scope.
func LoadWith(s *torch.Scope, path string, device torch.Device) (*Network, Metadata, nn.StateDict, map[string]string, error) {
	c := readContents(path, false)
	network, rest, err := c.network(s, path, device)
	return network, c.says, rest, c.texts, err
}

// contents is what a checkpoint's file holds, read without libtorch.
type contents struct {
	says   Metadata
	texts  map[string]string
	values nn.Values // nil where they are read tensor by tensor, when the network is there
	err    error
}

func readContents(path string, values bool) (c contents) {
	file, err := tensorfile.Open(path)
	if err != nil {
		return contents{err: err}
	}
	defer file.Close()
	if c.says, c.err = checkFile(path, file); c.err != nil {
		return c
	}
	c.texts = file.Metadata
	if values {
		c.values, c.err = nn.ReadValues(file)
	}
	return c
}

// readAhead reads the contents of files one by one, beside what the caller does. Where
// addresses are limited (ulimit -v) it leaves their values, which take as many as
// libtorch may be about to need.
func readAhead(paths []string) <-chan contents {
	var limit syscall.Rlimit
	free := syscall.Getrlimit(syscall.RLIMIT_AS, &limit) == nil && limit.Cur > math.MaxInt64
	all := make(chan contents, len(paths))
	go func() {
		for _, path := range paths {
			all <- readContents(path, free)
		}
	}()
	return all
}

// network returns the network of what was read, and the tensors beside it, in the
// scope.
func (c contents) network(s *torch.Scope, path string, device torch.Device) (*Network, nn.StateDict, error) {
	if c.err != nil {
		return nil, nil, c.err
	}
	var state nn.StateDict
	if c.values == nil {
		var err error
		if state, _, err = nn.ReadFile(s, path); err != nil {
			return nil, nil, err
		}
	}
	if err := s.Err(); err != nil {
		return nil, nil, fmt.Errorf("read %s: %w", path, err)
	}
	network, err := newNetwork(c.says.Model, len(c.says.Vocabulary), device, false)
	if err != nil {
		return nil, nil, fmt.Errorf("read %s: %w", path, err)
	}
	rest := slices.DeleteFunc(slices.Clone(state), func(p nn.Parameter) bool { return inNetwork(p.Name) })
	own := slices.DeleteFunc(slices.Clone(state), func(p nn.Parameter) bool { return !inNetwork(p.Name) })
	fill := func(entries []nn.Entry) error { return nn.Load(entries, own) }
	if c.values != nil {
		own, beside := c.values.Split(inNetwork)
		fill, rest = own.Load, beside.State(s)
	}
	if err := fill(network.Named()); err != nil {
		network.Close()
		return nil, nil, fmt.Errorf("read %s: %w", path, err)
	}
	return network, rest, nil
}

// inNetwork tells whether a tensor of a checkpoint belongs to the network,
// rather than to what stands beside it.
func inNetwork(name string) bool {
	return strings.HasPrefix(name, "encoder.") || strings.HasPrefix(name, "decoder.")
}

// checkFile returns what the checkpoint at path says of itself, and checks that
// the file's tensors are those of such a network, by name and shape, before
// any of them is read or any memory is taken for the network.
func checkFile(path string, file *tensorfile.File) (Metadata, error) {
	m, err := checkpoint.Parse(path, file.Metadata)
	if err != nil {
		return m, err
	}
	needed, err := shapes(m.Model, len(m.Vocabulary))
	if err != nil {
		return m, fmt.Errorf("read %s: %w", path, err)
	}
	own := slices.DeleteFunc(slices.Clone(file.Tensors), func(t tensorfile.Tensor) bool { return !inNetwork(t.Name) })
	if err := nn.Fits(needed, own); err != nil {
		return m, fmt.Errorf("read %s: %w", path, err)
	}
	if needs := pictureMemory(m.Model, m.Preprocessing.Size); needs > mostPictureMemory {
		return m, fmt.Errorf("read %s: pictures of %d × %d pixels take %d MB each in this model, and %d MB is the most that one may", path, m.Preprocessing.Size, m.Preprocessing.Size, needs>>20, mostPictureMemory>>20)
	}
	return m, nil
}
