// Command pixels answers, for compare.py, what pixels seetell sees. A request
// on standard input is three 32-bit numbers, width, height and length, and the
// picture's bytes; width and height 0 ask for the decoded picture as it is.
// The answer is the width, the height and the pixels, all little endian. With
// -at-least JPEGs are scaled while they are decoded.
package main

import (
	"bufio"
	"encoding/binary"
	"errors"
	"flag"
	"io"
	"log"
	"os"

	"github.com/seetell/seetell/picture"
)

func main() {
	var decoder picture.Decoder
	flag.IntVar(&decoder.AtLeast, "at-least", 0, "shortest side to decode a JPEG to")
	flag.Parse()
	out := bufio.NewWriter(os.Stdout)
	for {
		err := answer(&decoder, os.Stdin, out)
		if errors.Is(err, io.EOF) {
			return
		}
		if err != nil {
			log.Fatal(err)
		}
	}
}

func answer(decoder *picture.Decoder, in io.Reader, out *bufio.Writer) error {
	var request struct{ Width, Height, Length uint32 }
	if err := binary.Read(in, binary.LittleEndian, &request); err != nil {
		return err
	}
	data := make([]byte, request.Length)
	if _, err := io.ReadFull(in, data); err != nil {
		return err
	}
	p, err := decoder.Decode(data)
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
