package tensorfile

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// magic is how the older form begins: a pickle of the number
// 0x1950a86a20f9469cfc6c, behind its two bytes of protocol.
var magic = []byte{0x8a, 10, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19, '.'}

func isPickle(start []byte) bool {
	return len(start) >= 2 && start[0] == 0x80 && start[1] >= 2 && start[1] <= 5
}

// readPickle reads the form that torch.save wrote before PyTorch 1.6: pickles
// of a magic number, a version, facts about the system, the object and the
// keys of its storages, then each storage: its length in values in eight
// bytes, and the values.
func readPickle(r io.ReaderAt, size int64) (*File, error) {
	start := make([]byte, 2+len(magic))
	if _, err := r.ReadAt(start, 0); err != nil || !bytes.Equal(start[2:], magic) {
		return nil, errors.New("a pickle that torch.save did not write")
	}
	from := int64(len(start))
	all := &storages{}
	u := &unpickler{call: build, persistent: all.refer, left: size - from,
		r: bufio.NewReader(io.NewSectionReader(r, from, size-from))}
	if err := checkSystem(u); err != nil {
		return nil, err
	}
	value, err := u.load()
	if err != nil {
		return nil, err
	}
	keys, err := u.load()
	if err != nil {
		return nil, err
	}
	if err := all.lay(keys, r, size-u.left, size); err != nil {
		return nil, err
	}
	return all.file(value)
}

// checkSystem reads the version and the facts about the system.
func checkSystem(u *unpickler) error {
	version, err := u.load()
	if err != nil {
		return err
	}
	if version != int64(1001) {
		return fmt.Errorf("version %s of torch.save's older form; only 1001 is known", described(version))
	}
	system, err := u.load()
	if err != nil {
		return err
	}
	if facts, ok := system.(*dict); !ok || facts.member("little_endian") != true {
		return errors.New("its values are in big byte order, and only little is read")
	}
	return nil
}

// lay finds the storages, which lie in the order of keys from offset on.
func (s *storages) lay(keys any, r io.ReaderAt, offset, size int64) error {
	order, ok := keys.(*list)
	if !ok {
		return errors.New("the list of its storages is missing")
	}
	for _, key := range order.items {
		name, _ := key.(string)
		one := s.byKey[name]
		if one == nil || one.read != nil {
			return fmt.Errorf("storage %s belongs to no tensor, or stands twice", described(key))
		}
		var count [8]byte
		if _, err := r.ReadAt(count[:], offset); err != nil {
			return fmt.Errorf("cut short: storage %q should begin at byte %d, and the file has %d", name, offset, size)
		}
		if got := binary.LittleEndian.Uint64(count[:]); got != uint64(one.length) {
			return fmt.Errorf("storage %q has %d values, and the pickle says %d", name, got, one.length)
		}
		length := one.length * sizes[one.dtype]
		if length > size-offset-8 {
			return fmt.Errorf("cut short: storage %q takes %d bytes from byte %d on, and the file has %d", name, length, offset+8, size)
		}
		one.read = readRegion(r, offset+8, length)
		offset += 8 + length
	}
	for key, one := range s.byKey {
		if one.read == nil {
			return fmt.Errorf("storage %q has no values in the file", key)
		}
	}
	return nil
}
