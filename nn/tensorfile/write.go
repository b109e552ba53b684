package tensorfile

import (
	"bufio"
	"bytes"
	"cmp"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"hash/crc32"
	"io"
	"maps"
	"os"
	"slices"

	"github.com/seetell/seetell/internal/wholefile"
)

// Write writes a safetensors file, whole or not at all. Equal arguments make
// equal bytes.
// The header keeps the order of tensors; the values lie by falling size of
// their type, so that each is aligned. Metadata may be nil; a checksum joins
// it, which Open checks.
func Write(path string, metadata map[string]string, tensors []Tensor) error {
	header, order, err := header(metadata, tensors)
	if err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	return wholefile.Fill(path, 0o644, func(file *os.File) error { return writeChecked(file, header, order) })
}

// Encode returns the bytes of the file that Write writes.
func Encode(metadata map[string]string, tensors []Tensor) ([]byte, error) {
	header, order, err := header(metadata, tensors)
	if err != nil {
		return nil, err
	}
	size := int64(8 + len(header))
	for _, t := range order {
		values, _ := t.Size() // which header has checked
		size += values
	}
	data := bytes.NewBuffer(make([]byte, 0, size))
	if err := write(data, header, order); err != nil {
		return nil, err
	}
	sum := checksumText(crc32.Checksum(data.Bytes(), castagnoli))
	copy(data.Bytes()[checksumAt(header):], sum)
	return data.Bytes(), nil
}

// writeChecked writes a file and then, in its header, its checksum.
func writeChecked(file *os.File, header []byte, order []Tensor) error {
	w, sum := bufio.NewWriterSize(file, 1<<20), crc32.New(castagnoli)
	if err := write(io.MultiWriter(w, sum), header, order); err != nil {
		return err
	}
	if err := w.Flush(); err != nil {
		return err
	}
	_, err := file.WriteAt([]byte(checksumText(sum.Sum32())), checksumAt(header))
	return err
}

func write(w io.Writer, header []byte, order []Tensor) error {
	if err := binary.Write(w, binary.LittleEndian, uint64(len(header))); err != nil {
		return err
	}
	if _, err := w.Write(header); err != nil {
		return err
	}
	for _, t := range order {
		data, err := t.Bytes()
		if err != nil {
			return err
		}
		if size, err := t.Size(); err != nil || int64(len(data)) != size {
			return fmt.Errorf("tensor %q: %s %v takes %d bytes, and %d were given", t.Name, t.DType, t.Shape, size, len(data))
		}
		if _, err := w.Write(data); err != nil {
			return err
		}
	}
	return nil
}

// header returns the JSON text of the header, padded to 8 bytes, and the
// tensors in the order of their values.
func header(metadata map[string]string, tensors []Tensor) ([]byte, []Tensor, error) {
	order := slices.Clone(tensors)
	slices.SortStableFunc(order, func(a, b Tensor) int { return cmp.Compare(sizes[b.DType], sizes[a.DType]) })
	regions, end := map[string]region{}, int64(0)
	for _, t := range order {
		size, err := t.Size()
		if err != nil {
			return nil, nil, err
		}
		if _, twice := regions[t.Name]; twice || t.Name == metadataKey {
			return nil, nil, fmt.Errorf("two tensors, or one and the metadata, are named %q", t.Name)
		}
		regions[t.Name] = region{t.Name, end, end + size}
		end += size
	}
	texts := map[string]string{}
	maps.Copy(texts, metadata)
	texts[checksumKey] = noChecksum
	members := [][]byte{pair(metadataKey, texts)}
	for _, t := range tensors {
		at := regions[t.Name]
		members = append(members, pair(t.Name, info{t.DType, append([]int64{}, t.Shape...), []int64{at.begin, at.end}}))
	}
	text := slices.Concat([]byte("{"), bytes.Join(members, []byte(",")), []byte("}"))
	return append(text, bytes.Repeat([]byte(" "), -len(text)&7)...), order, nil
}

// pair returns a member of a JSON object, its value with keys in order.
func pair(name string, value any) []byte {
	return slices.Concat(encode(name), []byte(":"), encode(value))
}

// encode returns the JSON text of a text, a map of texts or an info, of which
// none can fail.
func encode(value any) []byte {
	var text bytes.Buffer
	e := json.NewEncoder(&text)
	e.SetEscapeHTML(false)
	_ = e.Encode(value)
	return bytes.TrimRight(text.Bytes(), "\n")
}
