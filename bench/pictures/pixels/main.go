// Command pixels answers, for compare.py, what pixels seetell sees. A request
// on standard input is three 32-bit numbers, width, height and length, and the
// picture's bytes; width and height 0 ask for the decoded picture as it is.
// The answer is the width, the height and the pixels, all little endian.
package main

import (
	"bufio"
	"encoding/binary"
	"errors"
	"io"
	"log"
	"os"

	"github.com/seetell/seetell/picture"
)

func main() {
	out := bufio.NewWriter(os.Stdout)
	for {
		err := answer(os.Stdin, out)
		if errors.Is(err, io.EOF) {
			return
		}
		if err != nil {
			log.Fatal(err)
		}
	}
}

func answer(in io.Reader, out *bufio.Writer) error {
	var request struct{ Width, Height, Length uint32 }
	if err := binary.Read(in, binary.LittleEndian, &request); err != nil {
		return err
	}
	data := make([]byte, request.Length)
	if _, err := io.ReadFull(in, data); err != nil {
		return err
	}
	p, err := picture.Decode(data)
	if err != nil {
		return err
	}
	if request.Width > 0 {
		p = p.Resize(int(request.Width), int(request.Height))
	}
	if err := binary.Write(out, binary.LittleEndian, [2]uint32{uint32(p.Width), uint32(p.Height)}); err != nil {
		return err
	}
	if _, err := out.Write(p.Pixels); err != nil {
		return err
	}
	return out.Flush()
}
