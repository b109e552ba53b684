"""Makes the HEIC and AVIF pictures of this folder and heif.json, what
pillow-heif and Pillow see in them.

usage: python heif.py (Pillow with AVIF, pillow-heif, numpy), in this folder.
"""
import base64
import io
import json
import struct
import zlib

import numpy
import pillow_heif
from PIL import Image, ImageOps

pillow_heif.register_heif_opener()
golden = {}


def keep(name, data):
    """Writes a picture and what is to be seen in it over white."""
    with open(name, "wb") as file:
        file.write(data)
    picture = ImageOps.exif_transpose(Image.open(io.BytesIO(data)))
    if picture.mode == "RGBA":
        white = Image.new("RGBA", picture.size, "white")
        white.paste(picture, mask=picture.getchannel("A"))
        picture = white
    want = numpy.asarray(picture.convert("RGB"))
    golden[name] = {
        "width": want.shape[1],
        "height": want.shape[0],
        "packed": base64.b64encode(zlib.compress(want.tobytes())).decode(),
    }


def scene(width, height):
    y, x = numpy.mgrid[0:height, 0:width]
    blue = numpy.where(x * height > y * width, 220, 40)
    return numpy.stack([255 * x / (width - 1), 255 * y / (height - 1), blue], -1).astype(numpy.uint8)


def heic(picture, **options):
    out = io.BytesIO()
    pillow_heif.from_pillow(picture).save(out, **{"quality": 80, **options})
    return out.getvalue()


def avif(picture, **options):
    out = io.BytesIO()
    picture.save(out, "avif", **{"quality": 80, **options})
    return out.getvalue()


def turned(picture, orientation):
    """With EXIF, of which the writers make properties of the picture."""
    tags = Image.Exif()
    tags[0x0112] = orientation
    picture = picture.copy()
    picture.info["exif"] = tags.tobytes()
    return picture


def box(kind, *parts):
    body = b"".join(parts)
    return struct.pack(">I", 8 + len(body)) + kind + body


def boxes(data):
    at = 0
    while at + 8 <= len(data):
        length = struct.unpack(">I", data[at : at + 4])[0]
        yield data[at + 4 : at + 8], data[at + 8 : at + length]
        at += length


def find(data, *kinds):
    for kind in kinds:
        data = next(body for name, body in boxes(data) if name == kind)
        data = data[4:] if kind == b"meta" else data
    return data


def grid(tile, columns, rows, width, height, side):
    """A picture that shows one tile again and again, and ends within it."""
    settings = find(tile, b"meta", b"iprp", b"ipco", b"hvcC")
    coded = find(tile, b"mdat")
    tiles = range(2, 2 + columns * rows)
    shape = struct.pack(">BBBBHH", 0, 0, rows - 1, columns - 1, width, height)
    size = lambda w, h: box(b"ispe", struct.pack(">III", 0, w, h))
    used = struct.pack(">II", 0, 1 + len(tiles)) + struct.pack(">HBB", 1, 1, 1)
    used += b"".join(struct.pack(">HBBB", i, 2, 0x82, 3) for i in tiles)
    item = lambda i, kind: box(b"infe", struct.pack(">BBHHH", 2, 0, 0, i, 0), kind, b"\0")
    start = box(b"ftyp", b"heic\0\0\0\0mif1heic")

    def meta(at):
        where = struct.pack(">IBBH", 1 << 24, 0x44, 0, 1 + len(tiles))
        where += struct.pack(">HHHHII", 1, 1, 0, 1, 0, len(shape))
        where += b"".join(struct.pack(">HHHHII", i, 0, 0, 1, at, len(coded)) for i in tiles)
        return box(
            b"meta", bytes(4),
            box(b"hdlr", bytes(8), b"pict", bytes(13)),
            box(b"pitm", struct.pack(">IH", 0, 1)),
            box(b"iinf", struct.pack(">IH", 0, 1 + len(tiles)), item(1, b"grid"), *[item(i, b"hvc1") for i in tiles]),
            box(b"iref", bytes(4), box(b"dimg", struct.pack(">HH", 1, len(tiles)), *[struct.pack(">H", i) for i in tiles])),
            box(b"iprp", box(b"ipco", size(width, height), box(b"hvcC", settings), size(side, side)), box(b"ipma", used)),
            box(b"idat", shape),
            box(b"iloc", where),
        )

    return start + meta(len(start) + len(meta(0)) + 8) + box(b"mdat", coded)


def main():
    picture = Image.fromarray(scene(35, 27))
    alpha = numpy.linspace(0, 255, 35 * 27).reshape(27, 35, 1).astype(numpy.uint8)
    clear = Image.fromarray(numpy.concatenate([scene(35, 27), alpha], -1))
    for chroma in ("420", "422", "444"):
        keep(f"{chroma}.heic", heic(picture, chroma=chroma))
        keep(f"{chroma}.avif", avif(picture, subsampling=":".join(chroma)))
    keep("grey.heic", heic(picture.convert("L")))
    keep("grey.avif", avif(picture.convert("L")))
    keep("alpha.heic", heic(clear))
    keep("alpha.avif", avif(clear))
    keep("limited.heic", heic(picture, full_range_flag=0, matrix_coefficients=1))
    keep("limited.avif", avif(picture, range="limited"))
    deep = (scene(35, 27).astype(numpy.uint16) * 257).tobytes()
    out = io.BytesIO()
    pillow_heif.from_bytes(mode="RGB;16", size=(35, 27), data=deep).save(out, quality=80)
    keep("10-bits.heic", out.getvalue())
    keep("animated.avif", avif(picture, save_all=True, append_images=[picture.rotate(180)]))
    even = Image.fromarray(scene(32, 24))
    for orientation in range(2, 9):
        keep(f"turned{orientation}.heic", heic(turned(even, orientation), quality=30))
        keep(f"turned{orientation}.avif", avif(even, quality=30, subsampling="4:4:4", exif=turned(even, orientation).info["exif"]))
    keep("grid.heic", grid(heic(Image.fromarray(scene(64, 64))), 3, 2, 150, 100, 64))
    with open("heif.json", "w") as file:
        json.dump(golden, file, indent=0, sort_keys=True)
        file.write("\n")


main()
