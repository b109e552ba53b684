// Package train teaches a captioner: it draws batches from a data set, steps
// the optimiser, checks itself on the validation split by free decoding, and
// writes checkpoints from which a stopped run goes on exactly.
//
// A distributed run, libtorch's c10d started as torchrun starts things, has
// its place here and is not built yet.
package train
