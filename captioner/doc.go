// Package captioner describes images in words: a ResNet-18 encodes the image,
// an LSTM with gated attention writes the words, and beam search picks the
// caption. It follows Xu et al. 2015, "Show, Attend and Tell", with the soft
// attention of their section 4.2.
//
// A Model may caption from many goroutines at once; training needs its
// Network alone.
package captioner
