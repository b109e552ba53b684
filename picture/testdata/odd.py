"""Makes the pictures odd-* of this folder, BMP, GIF and PNG as old or careless
programs write them, and odd.json, what Pillow sees in them.

usage: python odd.py (Pillow, numpy), in this folder.
"""
import base64
import io
import json
import struct
import zlib

import numpy
from PIL import Image

golden = {}
y, x = numpy.mgrid[0:19, 0:29]
scene = numpy.stack([255 * x / 28, 255 * y / 18, numpy.where(x * 19 > y * 29, 220, 40)], -1).astype(numpy.uint8)
picture = Image.fromarray(scene).quantize(13)
indices = numpy.asarray(picture)
colours = numpy.array(picture.getpalette()[:39], numpy.uint8).reshape(13, 3)
three = colours[:, ::-1].tobytes()
four = numpy.pad(colours[:, ::-1], [(0, 0), (0, 1)]).tobytes()
alpha = numpy.linspace(0, 255, 19 * 29).reshape(19, 29, 1).astype(numpy.uint8)
blue_first = scene[..., ::-1]
halves = numpy.pad(indices, [(0, 0), (0, 1)])
halves = (halves[:, ::2] << 4) | halves[:, 1::2]
light = indices > 5


def keep(name, data):
    with open(f"odd-{name}", "wb") as file:
        file.write(data)
    seen = Image.open(io.BytesIO(data))
    if seen.mode == "RGBA":
        white = Image.new("RGBA", seen.size, "white")
        white.paste(seen, mask=seen.getchannel("A"))
        seen = white
    want = numpy.asarray(seen.convert("RGB"))
    packed = base64.b64encode(zlib.compress(want.tobytes())).decode()
    golden[f"odd-{name}"] = {"width": want.shape[1], "height": want.shape[0], "packed": packed}


def bmp(name, header, palette, pixels):
    start = 14 + len(header) + len(palette)
    keep(name + ".bmp", b"BM" + struct.pack("<IHHI", start + len(pixels), 0, 0, start) + header + palette + pixels)


def header(depth, compression=0, height=19, size=40, masks=(), used=0):
    numbers = struct.pack("<IiiHHIIiiII", size, 29, height, 1, depth, compression, 0, 2835, 2835, used, 0)
    return (numbers + struct.pack(f"<{len(masks)}I", *masks)).ljust(size, b"\0")


def os2(depth):
    return struct.pack("<IHHHH", 12, 29, 19, 1, depth)


def rows(pixels):
    return b"".join(row.tobytes() + bytes(-row.nbytes % 4) for row in pixels[::-1])


def bits(red, green, blue):
    shares = [scene[..., c].astype("<u2") >> (8 - n) for c, n in enumerate((red, green, blue))]
    return (shares[0] << (green + blue) | shares[1] << blue | shares[2]).astype("<u2")


def bmps():
    eight = (0xFF0000, 0xFF00, 0xFF)
    bmp("555", header(16), b"", rows(bits(5, 5, 5)))
    bmp("565", header(16, 3, masks=(0xF800, 0x7E0, 0x1F)), b"", rows(bits(5, 6, 5)))
    bmp("555-downwards", header(16, height=-19), b"", rows(bits(5, 5, 5)[::-1]))
    spare = numpy.pad(blue_first, [(0, 0), (0, 0), (0, 1)], constant_values=7)
    bmp("32", header(32), b"", rows(spare))
    bmp("32-masks", header(32, 3, masks=eight), b"", rows(spare))
    bmp("alpha", header(32, 3, size=108, masks=eight + (0xFF000000,)), b"", rows(numpy.concatenate([blue_first, alpha], -1)))
    bmp("masks-above", header(32, 3, size=56, masks=(0xFF000000, 0xFF0000, 0xFF00, 0)), b"", rows(numpy.concatenate([alpha, blue_first], -1)))
    bmp("os2-8", os2(8), three.ljust(768, b"\0"), rows(indices))
    bmp("os2-8-few", os2(8), three, rows(indices))
    bmp("os2-4", os2(4), three.ljust(48, b"\0"), rows(halves))
    bmp("os2-1", os2(1), b"\x10\x20\x30\xf0\xe0\xd0", rows(numpy.packbits(light, axis=1)))
    bmp("os2-24", os2(24), b"", rows(blue_first))
    bmp("os2-2-24", header(24, size=64), b"", rows(blue_first))
    bmp("4", header(4, used=13), four, rows(halves))
    runs, pairs = b"", b""
    for row, pair in zip(indices[::-1], halves[::-1]):
        runs += bytes([0, 5]) + row[:5].tobytes() + b"\0"
        runs += b"".join(bytes([1, v]) for v in row[5:27]) + bytes([2, row[27]]) + b"\0\0"
        pairs += b"".join(bytes([0, 4]) + pair[k : k + 2].tobytes() for k in range(0, 14, 2)) + bytes([1, pair[14]]) + b"\0\0"
    bmp("rle8", header(8, 1, used=13), four, runs + b"\0\1")
    bmp("rle4", header(4, 2, used=13), four, pairs + b"\0\1")
    for name, bare in (("bare", picture), ("bare-24", picture.convert("RGB"))):
        out = io.BytesIO()
        bare.save(out, "dib")
        keep(name + ".bmp", out.getvalue())


def gifs():
    out = io.BytesIO()
    picture.save(out, "gif")
    whole = out.getvalue()
    table = 3 << ((whole[10] & 7) + 1)
    frame = whole.index(b"\x2c", 13 + table) + 1
    size = lambda width, height: struct.pack("<HH", width, height)
    keep("no-end.gif", whole[:-1])
    keep("no-screen.gif", whole[:6] + size(0, 0) + whole[10:])
    keep("small-screen.gif", whole[:6] + size(10, 10) + whole[10:])
    keep("beyond.gif", whole[:frame] + size(4, 3) + whole[frame + 4 :])
    keep("surplus.gif", whole[: frame + 6] + size(29, 12)[2:] + whole[frame + 8 :])
    keep("no-palette.gif", whole[:10] + bytes([whole[10] & 0x7F]) + whole[11:13] + whole[13 + table :])
    keep("short-palette.gif", whole[:10] + bytes([whole[10] & 0xF8 | 1]) + whole[11:25] + whole[13 + table :])
    out = io.BytesIO()
    picture.save(out, "gif", interlace=1)
    keep("interlaced.gif", out.getvalue())


def png(name, depth, kind, pixels, height, extra=b""):
    chunk = lambda name, data: struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
    packed = zlib.compress(b"".join(b"\0" + row.tobytes() for row in pixels) + extra)
    start = chunk(b"IHDR", struct.pack(">IIBBBBB", 29, height, depth, kind, 0, 0, 0))
    keep(name + ".png", b"\x89PNG\r\n\x1a\n" + start + chunk(b"IDAT", packed[:50]) + chunk(b"IDAT", packed[50:]) + chunk(b"IEND", b""))


def main():
    bmps()
    gifs()
    png("rows", 8, 2, scene, 15)
    png("byte", 8, 2, scene, 19, b"x")
    png("rows-16", 16, 2, scene.astype(">u2") * 257, 17)
    png("rows-bits", 1, 0, numpy.packbits(light, axis=1), 12)
    with open("odd.json", "w") as file:
        json.dump(golden, file, indent=0, sort_keys=True)
        file.write("\n")


main()
