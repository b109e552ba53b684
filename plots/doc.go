// Package plots draws what a captioner's numbers and attention look like:
// distributions of scores over pictures, learning curves, attention over the
// picture, and one HTML page that holds all of it.
//
// Everything works from files (report.json, history.jsonl, a gallery folder)
// and needs neither a display, nor a network, nor libtorch.
package plots
