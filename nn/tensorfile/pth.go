package tensorfile

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
)

// storage is a run of values that tensors of a .pth file are views of.
type storage struct {
	key    string
	dtype  DType
	length int64 // values
	read   func() ([]byte, error)
}

// storages are the storages of a .pth file by key, filled by a pickle's
// references to them.
type storages struct {
	byKey map[string]*storage
	last  *storage // whose bytes were read last, for tensors that share one
	bytes []byte
}

var storageTypes = map[class]DType{
	"torch DoubleStorage": Float64, "torch FloatStorage": Float32,
	"torch HalfStorage": Float16, "torch BFloat16Storage": BFloat16,
	"torch LongStorage": Int64, "torch IntStorage": Int32,
	"torch ByteStorage": Uint8, "torch BoolStorage": Bool,
}

// refer returns the storage of a persistent id of torch.save:
// ("storage", type, key, device, length), and None behind them in the older
// form.
func (s *storages) refer(id tuple) (any, error) {
	if len(id) > 1 && id[0] == "module" { // a class, its file and its source, of a whole model
		return id[1], nil
	}
	if len(id) < 5 || id[0] != "storage" {
		return nil, errors.New("it refers to something that is no storage")
	}
	if len(id) > 5 && id[5] != nil {
		return nil, errors.New("it holds a view of a storage, as PyTorch wrote before 0.4: save it again with a newer one")
	}
	name, _ := id[1].(class)
	key, keyed := id[2].(string)
	length, counted := id[4].(int64)
	dtype, known := storageTypes[name]
	if !known {
		return nil, fmt.Errorf("values of type %q are not read", name)
	}
	if !keyed || !counted || length < 0 || length > math.MaxInt64/sizes[dtype] {
		return nil, errors.New("a storage has no key or no sound length")
	}
	if old := s.byKey[key]; old != nil {
		if old.dtype != dtype || old.length != length {
			return nil, fmt.Errorf("storage %q is described in two ways", key)
		}
		return old, nil
	}
	if s.byKey == nil {
		s.byKey = map[string]*storage{}
	}
	s.byKey[key] = &storage{key: key, dtype: dtype, length: length}
	return s.byKey[key], nil
}

// programs are the modules of functions that no trainer's settings are made by.
var programs = []string{"os", "posix", "nt", "subprocess", "pty", "runpy", "shutil", "socket", "importlib", "ctypes", "sys",
	"builtins eval", "builtins exec", "builtins compile", "builtins open", "builtins getattr", "builtins __import__"}

// runs tells whether Python would run a program by calling c. Nothing here
// would: a file of such a kind is refused for what it would do elsewhere.
func (c class) runs() bool {
	name := strings.Replace(string(c), "__builtin__ ", "builtins ", 1)
	module, _, _ := strings.Cut(name, " ")
	return slices.Contains(programs, module) || slices.Contains(programs, name)
}

// build makes the objects of a state dict. An object of every other class is
// its name alone, without any of its code.
func build(c class, a tuple) (any, error) {
	switch c {
	case "collections OrderedDict":
		if len(a) == 0 {
			return &dict{}, nil
		}
	case "torch._utils _rebuild_parameter": // data, requires_grad, hooks
		if len(a) > 0 {
			return a[0], nil
		}
	case "torch._utils _rebuild_tensor", "torch._utils _rebuild_tensor_v2": // storage, offset, size, stride, …
		if len(a) >= 4 {
			return newView(a[0], a[1], a[2], a[3])
		}
	case "copy_reg _reconstructor": // class, base, state
		if len(a) > 0 {
			if of, ok := a[0].(class); ok {
				return object{of}, nil
			}
		}
	default:
		if c.runs() {
			return nil, fmt.Errorf("it calls %q, which could run any program where Python opens it", c)
		}
		return object{c}, nil
	}
	return nil, fmt.Errorf("%s has %d arguments", c, len(a))
}

// bytesOf returns all bytes of a storage, those of the last one without
// reading them again.
func (s *storages) bytesOf(one *storage) ([]byte, error) {
	if s.last == one {
		return s.bytes, nil
	}
	data, err := one.read()
	if err != nil {
		return nil, err
	}
	s.last, s.bytes = one, data
	return data, nil
}

// maximumShare is how many times over the tensors of a file may hold its
// bytes. Layers that share their weights are views of the same storage.
const maximumShare = 8

// checkShares refuses a file whose tensors would take much more memory than
// its size.
func checkShares(size int64) func(*File, error) (*File, error) {
	return func(f *File, err error) (*File, error) {
		if err != nil {
			return nil, err
		}
		var total int64
		for _, t := range f.Tensors {
			n, err := t.Size()
			if err != nil {
				return nil, err
			}
			if total += n; total/maximumShare > size {
				return nil, fmt.Errorf("its tensors take over %d bytes, and the file has %d: they are the same values many times", total, size)
			}
		}
		return f, nil
	}
}

// file makes a File of a pickle's value: a state dict, or a dict that holds
// one. Where it holds several dicts of tensors it is the one of most: the others
// are of training; of as many, one under a usual name, then the first.
func (s *storages) file(value any) (*File, error) {
	candidates := []any{value}
	if d, ok := value.(*dict); ok {
		for _, under := range []string{"state_dict", "model_state_dict", "model"} {
			candidates = append(candidates, d.member(under))
		}
		candidates = append(candidates, d.values...)
	}
	var best []Tensor
	for _, candidate := range candidates {
		if d, ok := candidate.(*dict); ok && d.views() > len(best) {
			tensors, err := s.tensors(d)
			if err != nil {
				return nil, err
			}
			best = tensors
		}
	}
	if len(best) == 0 {
		return nil, noTensors(candidates)
	}
	stripPrefixes(best)
	return &File{Tensors: best}, nil
}

// noTensors says what a file holds instead of a state dict.
func noTensors(candidates []any) error {
	for _, candidate := range candidates {
		if o, ok := candidate.(object); ok {
			return fmt.Errorf("it holds a whole object, of class %q, and only tensors are read: save model.state_dict() instead", o.of)
		}
	}
	return errors.New("it holds no state dict: save model.state_dict()")
}

// stripPrefixes takes away what wrappers put before all names of a model that
// they were saved around: DataParallel and Lightning.
func stripPrefixes(tensors []Tensor) {
	for _, prefix := range []string{"module.", "model.", "module."} {
		lacks := func(t Tensor) bool { return !strings.HasPrefix(t.Name, prefix) }
		if slices.ContainsFunc(tensors, lacks) {
			continue
		}
		for i := range tensors {
			tensors[i].Name = strings.TrimPrefix(tensors[i].Name, prefix)
		}
	}
}

// member returns the value under a key, nil where there is none.
func (d *dict) member(key string) (found any) {
	for i := range d.keys {
		if d.keys[i] == key {
			found = d.values[i]
		}
	}
	return found
}

// views returns how many tensors are among the values.
func (d *dict) views() (count int) {
	for _, value := range d.values {
		if _, ok := value.(*view); ok {
			count++
		}
	}
	return count
}

// tensors lists the tensors of a dict; its other values are left out.
func (s *storages) tensors(d *dict) ([]Tensor, error) {
	var tensors []Tensor
	seen := map[string]bool{}
	for i := range d.keys {
		v, ok := d.values[i].(*view)
		if !ok {
			continue
		}
		name, named := d.keys[i].(string)
		if !named || seen[name] {
			return nil, fmt.Errorf("a tensor's name is no text, or stands twice: %s", described(d.keys[i]))
		}
		seen[name] = true
		tensors = append(tensors, Tensor{Name: name, DType: v.storage.dtype, Shape: v.shape, Bytes: func() ([]byte, error) {
			data, err := s.bytesOf(v.storage)
			if err != nil {
				return nil, err
			}
			return v.gather(data), nil
		}})
	}
	return tensors, nil
}
