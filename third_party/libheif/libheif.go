//go:build !noheic

// Package libheif holds libheif and libde265, which decode HEIC, as a
// WebAssembly module. The build tag noheic leaves them out. README.md says
// whose they are.
package libheif

import _ "embed"

// Packed is the module, packed by gzip.
//
//go:embed libheif.wasm.gz
var Packed []byte
