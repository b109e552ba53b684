// Package grounding measures whether the attention of a word lies on what the
// word names, where boxes say what is where in a picture.
//
// A unit is a word of a caption that names a category of which the picture has
// boxes, and they cover .6 of it at most. Of each unit are taken
//
//   - area: the share of the picture inside the boxes: chance;
//   - inside: the share of the attention inside them, each place spread evenly
//     over its cell;
//   - pointing: the share of the most attended place's cell that is inside;
//   - blob: what inside would be for a fixed Gaussian in the picture's middle,
//     exp(−8 ((x−½)² + (y−½)²)), as looking at the middle is worth something;
//   - centre: whether the picture's middle is inside.
//
// Of words that name what is around the things, inside means outside of all boxes.
//
// The ratio is the mean of inside over the mean of area. All are counted on a
// raster of 56 × 56.
package grounding
