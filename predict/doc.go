// Package predict has a model caption a whole split of a data set. Predictor
// does that and says what the references' loss is; Evaluate scores a
// checkpoint's captions and leaves report, plots and gallery in a folder.
//
// Package train checks itself with a Predictor after each epoch, so that a
// score in training and one from evaluate are the same.
package predict
