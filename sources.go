// Package seetell carries the C++ sources of package torch's shim, so that
// the set-up can build it for a program outside this repository. Programs
// import the packages below it, captioner first.
package seetell

import "embed"

// ShimSources holds CMakeLists.txt and the sources that it names, at the
// paths they have in the repository.
//
//go:embed CMakeLists.txt torch/ctorch*.h torch/ctorch
var ShimSources embed.FS
