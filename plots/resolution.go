package plots

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"math"
)

// Resolution of PNG files in dots per inch: enough for print, and a screen
// shows it at its natural size or sharper.
const Resolution = 220

// afterHeader is where a PNG file's header ends.
const afterHeader = 8 + 4 + 4 + 13 + 4

// withResolution writes dots per inch into a PNG file (its pHYs chunk), so that
// a document takes it in at its natural size.
func withResolution(png []byte, dotsPerInch int) []byte {
	perMetre := uint32(math.Round(float64(dotsPerInch) / .0254))
	chunk := []byte("pHYs")
	chunk = binary.BigEndian.AppendUint32(chunk, perMetre)
	chunk = binary.BigEndian.AppendUint32(chunk, perMetre)
	chunk = append(chunk, 1) // metres
	var out bytes.Buffer
	out.Write(png[:afterHeader])
	out.Write(binary.BigEndian.AppendUint32(nil, uint32(len(chunk)-4)))
	out.Write(chunk)
	out.Write(binary.BigEndian.AppendUint32(nil, crc32.ChecksumIEEE(chunk)))
	out.Write(png[afterHeader:])
	return out.Bytes()
}
