//go:build noheic

// Package libheif is left out of this build.
package libheif

// Packed is nothing.
var Packed []byte
