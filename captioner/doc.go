// Package captioner describes images in words: a ResNet encodes the image, an
// LSTM with gated attention writes the words, and beam search picks the caption.
// It follows Xu et al. 2015, "Show, Attend and Tell", with the soft attention of
// their section 4.2; docs/model.md has the equations.
//
// Open gives a Model of a checkpoint, which many goroutines may ask for captions
// at once. Below it is the Network, an Encoder and a Decoder, which package train
// teaches and package predict has caption whole splits.
package captioner
