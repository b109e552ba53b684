// Package checkpoint reads what a checkpoint says of itself, beside its
// tensors: the model's sizes, its vocabulary and tokenizer, how pictures are
// prepared, settings of the training, and a line for each of its epochs. It
// needs no libtorch, so that reports and plots read checkpoints without it.
//
// A checkpoint is a safetensors file whose metadata holds, under the key
// "seetell", one JSON text, Metadata.
package checkpoint
