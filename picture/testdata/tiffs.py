"""Makes the TIFF files tiff-*.tif of this folder, of kinds that golden.py does
not write, and tiffs.json, what is to be seen in them.

usage: python tiffs.py (Pillow, tifffile, imagecodecs, numpy), in this folder.

What Pillow reads otherwise than model.md says, numbers that are wide, signed or
no integers, or not at all, is computed by numpy: by where they lie between the
picture's smallest and largest.
"""
import base64
import io
import json
import zlib

import numpy
import tifffile
from PIL import Image

golden = {}


def keep(name, data, want=None):
    with open(name, "wb") as file:
        file.write(data)
    if want is None:
        picture = Image.open(io.BytesIO(data))
        if picture.mode in ("RGBA", "LA"):
            picture = picture.convert("RGBA")
            white = Image.new("RGBA", picture.size, "white")
            white.paste(picture, mask=picture.getchannel("A"))
            picture = white
        want = numpy.asarray(picture.convert("RGB"))
    golden[name] = {
        "width": want.shape[1],
        "height": want.shape[0],
        "packed": base64.b64encode(zlib.compress(want.tobytes())).decode(),
    }


def write(name, pixels, want=None, **options):
    out = io.BytesIO()
    tifffile.imwrite(out, pixels, metadata=None, **options)
    keep(f"tiff-{name}.tif", out.getvalue(), want)


def by_range(values):
    values = values.astype(float)
    grey = (values - values.min()) * (255 / (values.max() - values.min()))
    grey = numpy.floor(grey + 0.5).astype(numpy.uint8)
    return grey if grey.ndim == 3 else numpy.repeat(grey[..., None], 3, -1)


def main():
    y, x = numpy.mgrid[0:26, 0:35]
    scene = numpy.stack([255 * x / 34, 255 * y / 25, numpy.where(x * 26 > y * 35, 220, 40)], -1).astype(numpy.uint8)
    planes, grey = numpy.moveaxis(scene, -1, 0), scene[..., 0]
    five = numpy.concatenate([scene, scene[..., :2]], -1)
    apart = {"planarconfig": "separate", "photometric": "rgb"}
    together = {"planarconfig": "contig", "photometric": "rgb"}
    write("big", scene, bigtiff=True, **together)
    write("big-endian", scene, scene, bigtiff=True, byteorder=">", compression="deflate", predictor=True, **together)
    write("planes", planes, **apart)
    write("planes-tiles-zstd", planes, tile=(16, 16), compression="zstd", **apart)
    write("planes-16", planes.astype(numpy.uint16) * 257, scene, **apart)
    write("zstd", scene, compression="zstd", predictor=True, rowsperstrip=7, **together)
    write("jpeg", scene, compression="jpeg", compressionargs={"outcolorspace": "rgb"}, rowsperstrip=16, **together)
    write("jpeg-tiles", scene, compression="jpeg", tile=(16, 32), **together)
    write("jpeg-ycbcr", scene, compression="jpeg", photometric="ycbcr")
    write("jpeg-grey", grey, compression="jpeg", photometric="minisblack")
    write("grey-alpha", scene[..., :2], extrasamples=["unassalpha"], planarconfig="contig", photometric="minisblack")
    write("grey-spare", scene[..., :2], extrasamples=["unspecified"], planarconfig="contig", photometric="minisblack")
    write("rgbx", five[..., :4], extrasamples=["unspecified"], **together)
    write("rgbxx", five, extrasamples=["unspecified"] * 2, **together)
    write("rgba-spare", five, extrasamples=["unassalpha", "unspecified"], **together)
    write("float", grey / numpy.float32(255), by_range(grey), photometric="minisblack")
    write("float-predicted", grey / numpy.float32(255), by_range(grey), compression="deflate", predictor=True)
    write("double", grey * 1e9 - 5, by_range(grey), photometric="minisblack")
    write("float-rgb", scene / numpy.float32(255), by_range(scene / numpy.float32(255)), **together)
    write("32", grey.astype(numpy.uint32) << 20, by_range(grey), photometric="minisblack")
    write("signed-16", grey.astype(numpy.int16) * 100 - 5000, by_range(grey), photometric="minisblack")
    write("signed-32", grey.astype(numpy.int32) * -100, by_range(-grey.astype(int)), photometric="minisblack")
    out = io.BytesIO()
    Image.fromarray(scene).save(out, "tiff", compression="jpeg")
    keep("tiff-jpeg-tables.tif", out.getvalue())
    with open("tiffs.json", "w") as file:
        json.dump(golden, file, indent=0, sort_keys=True)
        file.write("\n")


main()
