"""Compares seetell's pixels with Pillow's, byte by byte.

usage: python bench/pictures/compare.py SHARED
from the checkout's root; SHARED is the folder that holds flickr8k/.
"""
import glob
import io
import os
import struct
import subprocess
import sys
import tempfile

import numpy
import PIL
import PIL.features
import PIL.ImageOps
import pyarrow.parquet


def pictures(shared):
    """Yields (kind, bytes) of the 7,000 pictures and the originals."""
    for path in sorted(glob.glob(f"{shared}/flickr8k/data/*.parquet")):
        for batch in pyarrow.parquet.ParquetFile(path).iter_batches(64, columns=["image"]):
            for row in batch.column("image").to_pylist():
                yield "parquet", row["bytes"]
    for path in sorted(glob.glob(f"{shared}/flickr8k/originals/*.jpg")):
        with open(path, "rb") as file:
            yield "original", file.read()


class Seetell:
    """The pixels program, asked over pipes."""

    def __init__(self, *command):
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def pixels(self, data, size):
        self.process.stdin.write(struct.pack("<III", *size, len(data)) + data)
        self.process.stdin.flush()
        width, height = struct.unpack("<II", self.process.stdout.read(8))
        raw = self.process.stdout.read(width * height * 3)
        return numpy.frombuffer(raw, numpy.uint8).reshape(height, width, 3)


def fast_decode(exact, fast, shared):
    """Prints by how much --fast-decode changes the originals at 224 pixels."""
    differences = []
    for kind, data in pictures(shared):
        if kind == "original":
            one, other = exact.pixels(data, (224, 224)), fast.pixels(data, (224, 224))
            differences.append(numpy.abs(one.astype(int) - other))
    means = [d.mean() for d in differences]
    print(f"fast decode: bytes differ by {numpy.mean(means):.1f} in the mean (from {min(means):.1f} to {max(means):.1f}"
          f" for a picture) and by {max(d.max() for d in differences)} at most")


def main():
    binary = os.path.join(tempfile.mkdtemp(), "pixels")
    subprocess.run(["go", "build", "-o", binary, "./bench/pictures/pixels"], check=True)
    seetell, totals = Seetell(binary), {}
    for kind, data in pictures(sys.argv[1]):
        reference = PIL.ImageOps.exif_transpose(PIL.Image.open(io.BytesIO(data))).convert("RGB")
        sizes = [(0, 0), (160, 160), (288, 288), (97, 331)]
        for size in sizes + [(224, 224)] * (kind == "original"):
            want = reference.resize(size, PIL.Image.BILINEAR, reducing_gap=None) if size[0] else reference
            want, got = numpy.asarray(want), seetell.pixels(data, size)
            total = totals.setdefault((kind, size), [0, 0, 0, 0])
            total[0] += 1
            total[1] += want.shape == got.shape and numpy.array_equal(want, got)
            difference = numpy.abs(want.astype(int) - got) if want.shape == got.shape else numpy.array([255])
            total[2] = max(total[2], int(difference.max()))
            total[3] += int((difference > 0).sum())
    print(f"Pillow {PIL.__version__}, libjpeg-turbo {PIL.features.version('libjpeg_turbo')}")
    for (kind, (width, height)), (count, equal, largest, bytes_off) in sorted(totals.items()):
        size = f"{width} x {height}" if width else "decoded"
        print(f"{kind:9} {size:10} {equal} of {count} equal, largest difference {largest}, {bytes_off} bytes differ")
    fast_decode(seetell, Seetell(binary, "-at-least", str(224 * 2 // 3)), sys.argv[1])


if __name__ == "__main__":
    main()
