package tensorfile

import (
	"archive/zip"
	"bufio"
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"strings"
)

func isZip(start []byte) bool { return bytes.HasPrefix(start, []byte("PK\x03\x04")) }

// readZip reads the form that torch.save has written since PyTorch 1.6: a zip
// archive without compression of one folder, which holds data.pkl, the
// pickle, and data/KEY, a storage each.
func readZip(r io.ReaderAt, size int64) (*File, error) {
	archive, err := zip.NewReader(r, size)
	if err != nil {
		return nil, fmt.Errorf("cut short or damaged: it begins as a zip archive: %w", err)
	}
	records := map[string]*zip.File{}
	for _, record := range archive.File {
		_, name, _ := strings.Cut(record.Name, "/")
		records[name] = record
	}
	if err := cmp.Or(checkKind(records), checkSizes(archive.File, size), checkByteOrder(records)); err != nil {
		return nil, err
	}
	program, err := readRecord(records["data.pkl"])
	if err != nil {
		return nil, err
	}
	all := &storages{}
	u := &unpickler{call: build, persistent: all.refer, r: bufio.NewReader(bytes.NewReader(program)), left: int64(len(program))}
	value, err := u.load()
	if err != nil {
		return nil, err
	}
	if err := all.locate(records); err != nil {
		return nil, err
	}
	return all.file(value)
}

// checkKind names what is no state dict by the records that it has.
func checkKind(records map[string]*zip.File) error {
	for _, kind := range []struct{ record, name string }{
		{"constants.pkl", "a TorchScript archive"},
		{"archive_format", "a program of torch.export"},
		{"serialized_exported_program.json", "a program of torch.export"},
	} {
		if records[kind.record] != nil {
			return fmt.Errorf("%s, not a state dict: save model.state_dict() with torch.save", kind.name)
		}
	}
	if records["data.pkl"] == nil {
		return errors.New("a zip archive without data.pkl: not written by torch.save")
	}
	return nil
}

func checkSizes(files []*zip.File, size int64) error {
	left := uint64(size)
	for _, record := range files {
		if record.Method != zip.Store {
			return fmt.Errorf("%s is compressed, which torch.save never does", record.Name)
		}
		if record.UncompressedSize64 > left {
			return errors.New("damaged: the files in the archive have more bytes than it has")
		}
		left -= record.UncompressedSize64
	}
	return nil
}

func checkByteOrder(records map[string]*zip.File) error {
	record := records["byteorder"]
	if record == nil {
		return nil
	}
	order, err := readRecord(record)
	if err != nil {
		return err
	}
	if string(order) != "little" {
		return fmt.Errorf("its values are in %q byte order, and only little is read", order)
	}
	return nil
}

// locate finds each storage's record.
func (s *storages) locate(records map[string]*zip.File) error {
	for key, one := range s.byKey {
		record := records["data/"+key]
		if record == nil {
			return fmt.Errorf("storage %q is missing from the archive", key)
		}
		if want := one.length * sizes[one.dtype]; record.UncompressedSize64 != uint64(want) {
			return fmt.Errorf("storage %q has %d bytes, and the pickle says %d", key, record.UncompressedSize64, want)
		}
		one.read = func() ([]byte, error) { return readRecord(record) }
	}
	return nil
}

// readRecord returns a record's bytes, checked against its checksum.
func readRecord(record *zip.File) ([]byte, error) {
	r, err := record.Open()
	if err != nil {
		return nil, fmt.Errorf("%s is damaged: %w", record.Name, err)
	}
	defer r.Close()
	data := make([]byte, record.UncompressedSize64)
	if _, err := io.ReadFull(r, data); err != nil {
		return nil, fmt.Errorf("%s is damaged: %w", record.Name, err)
	}
	if _, err := r.Read(make([]byte, 1)); err != io.EOF { // compares the checksum
		return nil, fmt.Errorf("%s is damaged: %w", record.Name, err)
	}
	return data, nil
}
