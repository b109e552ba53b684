package tensorfile

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"unicode/utf8"
)

// maximumHeader is the most bytes that a header may have. The format allows five
// times as many, which take 400 MB to read; a model of 10,000 tensors has 1 MB.
const maximumHeader = 20_000_000

const metadataKey = "__metadata__"

// info is a tensor's description in the header.
type info struct {
	DType   DType   `json:"dtype"`
	Shape   []int64 `json:"shape"`
	Offsets []int64 `json:"data_offsets"` // begin and end behind the header
}

// region is where a tensor's values lie behind the header.
type region struct {
	name       string
	begin, end int64
}

// readSafetensors reads the format of
// https://github.com/huggingface/safetensors#format: eight bytes of the
// header's length, the header in JSON, then all values without holes.
func readSafetensors(r io.ReaderAt, size int64) (*File, error) {
	header, err := readHeader(r, size)
	if err != nil {
		return nil, err
	}
	f := &File{}
	var regions []region
	base := 8 + int64(len(header))
	err = eachMember(header, func(name string, value json.RawMessage) error {
		if name == metadataKey {
			return decodeMetadata(value, &f.Metadata)
		}
		t, at, err := decodeInfo(name, value)
		if err != nil {
			return err
		}
		t.Bytes = readRegion(r, base+at.begin, at.end-at.begin)
		f.Tensors, regions = append(f.Tensors, t), append(regions, at)
		return nil
	})
	if err != nil {
		return nil, err
	}
	sum, err := takeChecksum(f.Metadata)
	if err != nil {
		return nil, err
	}
	return f, cmp.Or(checkRegions(regions, size-base), verify(r, size, header, sum))
}

// readHeader returns the JSON text of the header.
func readHeader(r io.ReaderAt, size int64) ([]byte, error) {
	if size < 8 {
		return nil, fmt.Errorf("neither safetensors nor .pth: the file has only %d bytes", size)
	}
	var length [8]byte
	if _, err := r.ReadAt(length[:], 0); err != nil {
		return nil, err
	}
	n := binary.LittleEndian.Uint64(length[:])
	if n > maximumHeader {
		return nil, fmt.Errorf("neither safetensors nor .pth: as safetensors its header would take %d bytes, over the limit of %d", n, maximumHeader)
	}
	if int64(n) > size-8 {
		return nil, fmt.Errorf("cut short, or not safetensors: its header takes %d bytes, and the file has only %d", n, size)
	}
	header := make([]byte, n)
	if _, err := r.ReadAt(header, 8); err != nil {
		return nil, err
	}
	if len(header) == 0 || header[0] != '{' {
		return nil, errors.New("neither safetensors nor .pth: there is no header that begins with {")
	}
	if !utf8.Valid(header) {
		return nil, errors.New("the header is not UTF-8")
	}
	return header, nil
}

// eachMember calls f with each member of a JSON object, in its order, and
// refuses a name that stands twice, which encoding/json would not.
func eachMember(text []byte, f func(name string, value json.RawMessage) error) error {
	d := json.NewDecoder(bytes.NewReader(text))
	seen := map[string]bool{}
	if _, err := d.Token(); err != nil {
		return fmt.Errorf("the header is not JSON: %w", err)
	}
	for d.More() {
		token, err := d.Token()
		if err != nil {
			return fmt.Errorf("the header is not JSON: %w", err)
		}
		name := token.(string) // the decoder accepts nothing else here
		if seen[name] {
			return fmt.Errorf("the header names %q twice", name)
		}
		seen[name] = true
		var value json.RawMessage
		if err := d.Decode(&value); err != nil {
			return fmt.Errorf("the header is not JSON: at %q: %w", name, err)
		}
		if err := f(name, value); err != nil {
			return err
		}
	}
	if _, err := d.Token(); err != nil {
		return fmt.Errorf("the header is not JSON: %w", err)
	}
	if _, err := d.Token(); err != io.EOF {
		return errors.New("the header goes on behind its JSON")
	}
	return nil
}

func decodeMetadata(value json.RawMessage, metadata *map[string]string) error {
	if err := json.Unmarshal(value, metadata); err != nil {
		return fmt.Errorf("the header's %s is not an object of texts: %w", metadataKey, err)
	}
	return nil
}

// decodeInfo reads a tensor's description: its type, shape and offsets.
func decodeInfo(name string, value json.RawMessage) (Tensor, region, error) {
	var info info
	d := json.NewDecoder(bytes.NewReader(value))
	d.DisallowUnknownFields()
	if err := d.Decode(&info); err != nil {
		return Tensor{}, region{}, fmt.Errorf("tensor %q: its description in the header is wrong: %w", name, err)
	}
	if info.DType == "" || info.Shape == nil || len(info.Offsets) != 2 {
		return Tensor{}, region{}, fmt.Errorf("tensor %q: the header must give its dtype, shape and two data_offsets, and gives %s", name, value)
	}
	t, at := Tensor{Name: name, DType: info.DType, Shape: info.Shape}, region{name, info.Offsets[0], info.Offsets[1]}
	size, err := t.Size()
	if err != nil {
		return Tensor{}, region{}, err
	}
	if at.begin < 0 || at.end < at.begin || at.end-at.begin != size {
		return Tensor{}, region{}, fmt.Errorf("tensor %q: %s %v takes %d bytes, and its data_offsets are %v", name, t.DType, t.Shape, size, info.Offsets)
	}
	return t, at, nil
}

// checkRegions checks that the tensors' values fill the file behind the
// header: none outside, none shared, no byte unused.
func checkRegions(regions []region, size int64) error {
	slices.SortFunc(regions, func(a, b region) int {
		return cmp.Or(cmp.Compare(a.begin, b.begin), cmp.Compare(a.end, b.end))
	})
	last := region{name: "the header"}
	for _, at := range regions {
		switch {
		case at.end > size:
			return fmt.Errorf("cut short: tensor %q ends at byte %d of the values, and the file has %d", at.name, at.end, size)
		case at.begin < last.end:
			return fmt.Errorf("tensors %q and %q overlap: one ends at byte %d of the values, the other begins at %d", last.name, at.name, last.end, at.begin)
		case at.begin > last.end:
			return fmt.Errorf("there are %d bytes that belong to no tensor before %q", at.begin-last.end, at.name)
		}
		last = at
	}
	if last.end != size {
		return fmt.Errorf("there are %d bytes that belong to no tensor behind the last", size-last.end)
	}
	return nil
}
