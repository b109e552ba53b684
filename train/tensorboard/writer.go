// Package tensorboard writes event files that TensorBoard reads: records of
// TFRecord's form, each a message of the protocol buffer Event.
package tensorboard

import (
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"os"
	"path/filepath"
	"time"
)

// Writer appends to an event file. Each event is written at once.
type Writer struct {
	file *os.File
}

// Open begins an event file in dir. From the event files that are there already
// it drops the events that keep refuses by their step and first tag, such as
// those that a resumed run will say again.
func Open(dir string, keep func(step int, tag string) bool) (*Writer, error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, fmt.Errorf("make the folder of event files: %w", err)
	}
	if err := cut(dir, keep); err != nil {
		return nil, err
	}
	now := time.Now()
	host, err := os.Hostname()
	if err != nil {
		host = "localhost"
	}
	name := fmt.Sprintf("events.out.tfevents.%010d.%s.%d.%09d", now.Unix(), host, os.Getpid(), now.Nanosecond())
	file, err := os.OpenFile(filepath.Join(dir, name), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return nil, fmt.Errorf("make an event file: %w", err)
	}
	w := &Writer{file}
	if err := w.write(event(now, 0, fileVersion())); err != nil {
		file.Close()
		return nil, err
	}
	return w, nil
}

// Close closes the file.
func (w *Writer) Close() error { return w.file.Close() }

// Add writes numbers and texts of a step under their tags. Texts are Markdown.
func (w *Writer) Add(step int, scalars map[string]float64, texts map[string]string) error {
	return w.write(event(time.Now(), step, summary(scalars, texts)))
}

func (w *Writer) write(data []byte) error {
	if _, err := w.file.Write(record(data)); err != nil {
		return fmt.Errorf("write an event: %w", err)
	}
	return nil
}

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// masked is the checksum of TFRecord: CRC-32C turned by 15 bits and moved.
func masked(data []byte) uint32 {
	sum := crc32.Checksum(data, castagnoli)
	return (sum>>15 | sum<<17) + 0xa282ead8
}

// record frames a message: its length, the length's checksum, the message,
// its checksum.
func record(data []byte) []byte {
	framed := binary.LittleEndian.AppendUint64(nil, uint64(len(data)))
	framed = binary.LittleEndian.AppendUint32(framed, masked(framed))
	framed = append(framed, data...)
	return binary.LittleEndian.AppendUint32(framed, masked(data))
}
