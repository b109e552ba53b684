package tensorboard

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"

	"github.com/seetell/seetell/internal/wholefile"
	"google.golang.org/protobuf/encoding/protowire"
)

// cut drops the events that keep refuses from the event files in dir, and what
// a process that was killed had half written.
func cut(dir string, keep func(step int, tag string) bool) error {
	paths, err := filepath.Glob(filepath.Join(dir, "events.out.tfevents.*"))
	if err != nil {
		return err
	}
	for _, path := range paths {
		data, err := os.ReadFile(path)
		if err != nil {
			return fmt.Errorf("read event files: %w", err)
		}
		kept := those(data, keep)
		if bytes.Equal(kept, data) {
			continue
		}
		if err := wholefile.Write(path, kept, 0o644); err != nil {
			return err
		}
	}
	return nil
}

// those returns the whole records of data that keep does not refuse.
func those(data []byte, keep func(step int, tag string) bool) (kept []byte) {
	for {
		whole, content := firstRecord(data)
		if whole == nil {
			return kept
		}
		if keep(stepAndTag(content)) {
			kept = append(kept, whole...)
		}
		data = data[len(whole):]
	}
}

// Sizes of a record's parts in bytes: before and behind its message.
const before, behind = 12, 4

// firstRecord returns the record at the beginning of data and its message,
// nothing where it is cut short or damaged.
func firstRecord(data []byte) (whole, content []byte) {
	if len(data) < before+behind {
		return nil, nil
	}
	size := binary.LittleEndian.Uint64(data)
	if binary.LittleEndian.Uint32(data[8:]) != masked(data[:8]) || size > uint64(len(data)-before-behind) {
		return nil, nil
	}
	content = data[before : before+size]
	if binary.LittleEndian.Uint32(data[before+size:]) != masked(content) {
		return nil, nil
	}
	return data[:before+size+behind], content
}

// stepAndTag returns the step of an Event and the tag of its first value, 0
// and nothing where it says none.
func stepAndTag(event []byte) (step int, tag string) {
	number, _ := find(event, eventStep)
	_, summary := find(event, eventSummary)
	_, value := find(summary, summaryValue)
	_, text := find(value, valueTag)
	return int(number), string(text)
}

// find returns the first field of a message with a number, as what it is: an
// integer or bytes.
func find(message []byte, number protowire.Number) (integer uint64, content []byte) {
	for len(message) > 0 {
		field, kind, n := protowire.ConsumeTag(message)
		if n < 0 {
			return 0, nil
		}
		message = message[n:]
		switch {
		case field == number && kind == protowire.VarintType:
			integer, _ = protowire.ConsumeVarint(message)
			return integer, nil
		case field == number && kind == protowire.BytesType:
			content, _ = protowire.ConsumeBytes(message)
			return 0, content
		}
		if n = protowire.ConsumeFieldValue(field, kind, message); n < 0 {
			return 0, nil
		}
		message = message[n:]
	}
	return 0, nil
}
