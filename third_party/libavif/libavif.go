// Package libavif holds libavif and libaom, which decode AVIF, as a
// WebAssembly module. README.md says whose they are.
package libavif

import _ "embed"

// Packed is the module, packed by gzip.
//
//go:embed decode.wasm.gz
var Packed []byte
