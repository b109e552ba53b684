package captioner

import (
	"encoding/binary"
	"fmt"
	"math"
	"reflect"
	"slices"

	"github.com/seetell/seetell/captioner/checkpoint"
	"github.com/seetell/seetell/nn/tensorfile"
)

// AverageCheckpoints reads the checkpoints at paths, which must be of one model,
// takes the mean of each weight, and writes a checkpoint of the means to out, as
// Izmailov et al. 2018 do with the last epochs of a run. Counters, and what the
// checkpoint says of itself, come from the last path. It needs no libtorch.
func AverageCheckpoints(paths []string, out string) error {
	if len(paths) < 2 {
		return fmt.Errorf("average of %d checkpoint: name two or more", len(paths))
	}
	mean, meta, err := sumOf(paths)
	if err != nil {
		return err
	}
	text, err := meta.Texts()
	if err != nil {
		return err
	}
	return tensorfile.Write(out, text, mean.tensors(len(paths)))
}

// sums are the tensors of a model added up, in float64.
type sums struct {
	last   []tensorfile.Tensor
	floats [][]float64 // of what is float32
	bytes  [][]byte    // of the rest, the last ones
}

func sumOf(paths []string) (total sums, meta Metadata, err error) {
	for i, path := range paths {
		here, err := addFile(&total, path, i == 0)
		if err != nil {
			return total, meta, err
		}
		if i > 0 && !sameModel(meta, here) {
			return total, meta, fmt.Errorf("%s is of another model than %s: sizes, vocabulary and preprocessing must agree", path, paths[0])
		}
		meta = here
	}
	return total, meta, nil
}

func sameModel(a, b Metadata) bool {
	return a.Model == b.Model && a.Tokenizer == b.Tokenizer && slices.Equal(a.Vocabulary, b.Vocabulary) &&
		reflect.DeepEqual(a.Preprocessing, b.Preprocessing)
}

func addFile(total *sums, path string, first bool) (Metadata, error) {
	file, err := tensorfile.Open(path)
	if err != nil {
		return Metadata{}, err
	}
	defer file.Close()
	meta, err := checkpoint.Parse(path, file.Metadata)
	if err != nil {
		return meta, err
	}
	if first {
		total.floats = make([][]float64, len(file.Tensors))
	} else if err := sameTensors(total.last, file.Tensors); err != nil {
		return meta, fmt.Errorf("read %s: %w", path, err)
	}
	total.last, total.bytes = file.Tensors, make([][]byte, len(file.Tensors))
	for i, t := range file.Tensors {
		if err := total.add(i, t); err != nil {
			return meta, err
		}
	}
	return meta, nil
}

func sameTensors(before, now []tensorfile.Tensor) error {
	if len(before) != len(now) {
		return fmt.Errorf("it has %d tensors, the others have %d", len(now), len(before))
	}
	for i, t := range now {
		if b := before[i]; t.Name != b.Name || t.DType != b.DType || !slices.Equal(t.Shape, b.Shape) {
			return fmt.Errorf("tensor %q %v differs from %q %v of the others", t.Name, t.Shape, b.Name, b.Shape)
		}
	}
	return nil
}

func (s *sums) add(i int, t tensorfile.Tensor) (err error) {
	if t.DType != tensorfile.Float32 {
		s.bytes[i], err = t.Bytes()
		return err
	}
	values, err := t.Float32s()
	if err != nil {
		return err
	}
	if s.floats[i] == nil {
		s.floats[i] = make([]float64, len(values))
	}
	for j, v := range values {
		s.floats[i][j] += float64(v)
	}
	return nil
}

// tensors returns the sums over count, and the last of what is not float32.
func (s *sums) tensors(count int) []tensorfile.Tensor {
	tensors := slices.Clone(s.last)
	for i := range tensors {
		data := s.bytes[i]
		if s.floats[i] != nil {
			data = make([]byte, 0, 4*len(s.floats[i]))
			for _, v := range s.floats[i] {
				data = binary.LittleEndian.AppendUint32(data, math.Float32bits(float32(v/float64(count))))
			}
		}
		tensors[i].Bytes = func() ([]byte, error) { return data, nil }
	}
	return tensors
}
