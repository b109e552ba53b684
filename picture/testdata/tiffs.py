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


def pack(pixels):
    return base64.b64encode(zlib.compress(pixels.tobytes())).decode()


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
    seen = [other for other, entry in golden.items() if entry.get("packed") == pack(want)]
    golden[name] = {"like": seen[0]} if seen else {
        "width": want.shape[1],
        "height": want.shape[0],
        "packed": pack(want),
    }


def write(name, pixels, want=None, **options):
    out = io.BytesIO()
    tifffile.imwrite(out, pixels, metadata=None, **options)
    keep(f"tiff-{name}.tif", out.getvalue(), want)


def pillow(name, pixels, mode=None, **options):
    out = io.BytesIO()
    picture = Image.fromarray(pixels)
    if mode not in (None, "1"):
        picture = Image.frombytes(mode, picture.size, numpy.ascontiguousarray(pixels).tobytes())
    picture.save(out, "tiff", **options)
    keep(f"tiff-{name}.tif", out.getvalue())


def faxes(x, y):
    """Codes of fax machines: rows alone, rows that are pairs, filled up to bytes."""
    lines = ((x // 5 + y // 7) % 3 == 0) | (x == y)
    fax_options, fill_order, photometric, rows = 292, 266, 262, 278
    pillow("fax-rows", lines, compression="tiff_ccitt", tiffinfo={rows: 8})
    pillow("fax-rows-reversed", lines, compression="tiff_ccitt", tiffinfo={fill_order: 2, photometric: 0})
    for options in (1, 4, 5):
        pillow(f"fax-3-{options}", lines, compression="group3", tiffinfo={fax_options: options, rows: 10})
    pillow("fax-4-reversed", lines, compression="group4", tiffinfo={fill_order: 2})
    wide = numpy.zeros((2, 6000), bool)
    wide[1, 70:5500] = True
    pillow("fax-wide", wide, compression="tiff_ccitt")
    pillow("reversed", lines, compression="packbits", tiffinfo={fill_order: 2})


def odd_depths(scene, grey, together):
    twelve = grey.astype(numpy.uint16) * 16
    packed = numpy.zeros(grey.shape[:1] + ((grey.shape[1] * 12 + 7) // 8,), numpy.uint8)
    for row, values in enumerate(twelve):
        bits = "".join(f"{value:012b}" for value in values)
        packed[row] = list(int(bits.ljust(packed.shape[1] * 8, "0"), 2).to_bytes(packed.shape[1], "big"))
    out = io.BytesIO()
    tifffile.imwrite(out, packed, metadata=None, photometric="minisblack")
    file = out.getvalue().replace(b"\x00\x01\x04\x00\x01\x00\x00\x00\x35", b"\x00\x01\x04\x00\x01\x00\x00\x00\x23")
    file = file.replace(b"\x02\x01\x03\x00\x01\x00\x00\x00\x08", b"\x02\x01\x03\x00\x01\x00\x00\x00\x0c")
    of16 = twelve.astype(numpy.uint32) * 65535 // 4095
    keep("tiff-12.tif", file, numpy.repeat(((of16 + 128) // 257).astype(numpy.uint8)[..., None], 3, -1))
    for bits in (2, 4):
        write(f"{bits}", grey >> (8 - bits), photometric="minisblack", bitspersample=bits)
    colours = Image.fromarray(scene).quantize(14)
    out = io.BytesIO()
    colours.save(out, "tiff", compression="tiff_lzw")
    keep("tiff-palette.tif", out.getvalue())
    half = (grey / 255).astype(numpy.float16)
    write("half", half, by_range(half), photometric="minisblack")
    write("64", grey.astype(numpy.uint64) << 40, by_range(grey), photometric="minisblack", byteorder=">")
    write("signed-64", grey.astype(numpy.int64) * -100, by_range(-grey.astype(int)), photometric="minisblack")


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
    pillow("jpeg-tables", scene, compression="jpeg")
    odd_depths(scene, grey, together)
    faxes(x, y)
    for name, bits in (("jpeg-cmyk", 4), ("jpeg-rgba", 4), ("jpeg-grey-alpha", 2)):
        mode = {"jpeg-cmyk": "CMYK", "jpeg-rgba": "RGBA"}.get(name, "LA")
        pillow(name, five[..., :bits], mode, compression="jpeg")
    write("premultiplied", five[..., :4], extrasamples=["assocalpha"], **together)
    pillow("lzma", scene, compression="lzma")
    write("lzma-16", scene.astype(numpy.uint16) * 257, scene, compression="lzma", predictor=True, byteorder=">", **together)
    plain = io.BytesIO()
    tifffile.imwrite(plain, scene, metadata=None, **together)
    keep("tiff-no-lengths.tif", plain.getvalue().replace(b"\x17\x01\x04\x00", b"\x16\x01\x04\x00"), scene)
    with open("tiffs.json", "w") as file:
        json.dump(golden, file, indent=0, sort_keys=True)
        file.write("\n")


main()
