// Where the model looked, over a picture: the map that package plots draws.

// Colours from least to most, red, green, blue, opacity: plots/attention's, which
// leave the picture as it is where the model looked most.
const heat = [[0, 0, 4, 150], [87, 16, 110, 112], [188, 55, 84, 72], [249, 142, 9, 34], [252, 255, 164, 0]];

const colour = v => {
  const at = Math.min(Math.max(v, 0), 1) * (heat.length - 1), i = Math.min(Math.floor(at), heat.length - 2);
  return heat[i].map((a, k) => a + (heat[i + 1][k] - a) * (at - i));
};

// Catmull-Rom between places, as in plots: the four nearest and their weights.
const kernel = x => (x = Math.abs(x), x < 1 ? (1.5 * x - 2.5) * x * x + 1 : x < 2 ? ((-.5 * x + 2.5) * x - 4) * x + 2 : 0);
const taps = (size, from, to, places) => Array.from({ length: size }, (_, i) => {
  const at = (i + .5 - from) / (to - from) * places - .5;
  if (at < -.5 || at > places - .5) return null; // the model did not see it
  const first = Math.floor(at) - 1;
  return [0, 1, 2, 3].map(k => [Math.min(Math.max(first + k, 0), places - 1), kernel(at - first - k)]);
});

// draw paints a word's weights, relative to scale, over the part of the
// picture that the grid covers.
export const draw = (canvas, picture, grid, weights, scale) => {
  const longest = 224, ratio = Math.min(longest / picture.width, longest / picture.height);
  const width = canvas.width = Math.max(1, Math.round(picture.width * ratio));
  const height = canvas.height = Math.max(1, Math.round(picture.height * ratio));
  const [left, top, right, bottom] = grid.view;
  const x = width / picture.width, y = height / picture.height;
  const across = taps(width, left * x, right * x, grid.columns), down = taps(height, top * y, bottom * y, grid.rows);
  const context = canvas.getContext("2d"), image = context.createImageData(width, height);
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      let v = 0;
      if (down[row] && across[column]) {
        for (const [r, a] of down[row]) for (const [c, b] of across[column]) v += a * b * weights[r * grid.columns + c];
      }
      image.data.set(colour(v / scale), 4 * (row * width + column));
    }
  }
  context.putImageData(image, 0, 0);
};

// scaleOf is the largest weight of any word: the maps of a caption compare.
export const scaleOf = caption => Math.max(1e-9, ...caption.words.flatMap(word => word.attention));
