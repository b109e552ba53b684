"""Makes the pictures of this folder and golden.json, what Pillow sees in them.

usage: python golden.py (Pillow with WebP, numpy), in this folder.

Every picture is upright, 8-bit RGB over white in golden.json; what Pillow
reads otherwise than model.md says (16 bits a channel) is computed by numpy.
"""
import base64
import io
import json
import struct
import zlib

import numpy
from PIL import Image, ImageOps, PngImagePlugin

golden = {}


def keep(name, data, want=None):
    """Writes a picture and what is to be seen in it."""
    with open(name, "wb") as file:
        file.write(data)
    want = over_white(Image.open(io.BytesIO(data))) if want is None else want
    golden[name] = {
        "width": want.shape[1],
        "height": want.shape[0],
        "pixels": base64.b64encode(want.tobytes()).decode(),
    }


def over_white(picture):
    picture = ImageOps.exif_transpose(picture)
    if picture.mode in ("RGBA", "LA", "PA") or "transparency" in picture.info:
        picture = picture.convert("RGBA")
        white = Image.new("RGBA", picture.size, "white")
        white.paste(picture, mask=picture.getchannel("A"))
        picture = white
    return numpy.asarray(picture.convert("RGB"))


def save(name, picture, want=None, **options):
    data = io.BytesIO()
    kind = name.split(".")[-1]
    picture.save(data, {"jpg": "jpeg", "tif": "tiff"}.get(kind, kind), **options)
    keep(name, data.getvalue(), want)


def scene(width, height):
    """Smooth colours with a hard edge, so that every pixel differs."""
    y, x = numpy.mgrid[0:height, 0:width]
    red = 255 * x / max(width - 1, 1)
    green = 255 * y / max(height - 1, 1)
    blue = numpy.where(x * height > y * width, 220, 40)
    return numpy.stack([red, green, blue], -1).astype(numpy.uint8)


def exif(orientation):
    tags = Image.Exif()
    tags[0x0112] = orientation
    return tags.tobytes()


def png(width, height, depth, kind, rows, extra=b""):
    """A PNG of the depth and colour type given, which Pillow cannot write."""

    def chunk(name, data):
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    header = struct.pack(">IIBBBBB", width, height, depth, kind, 0, 0, 0)
    body = zlib.compress(b"".join(b"\0" + row.tobytes() for row in rows))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + extra + chunk(b"IDAT", body) + chunk(b"IEND", b"")


def sixteen_bits():
    """Pictures of 16 bits a channel: value/257, rounded."""
    deep = numpy.random.default_rng(1).integers(0, 65536, (5, 7, 4))
    narrow = lambda v: numpy.floor(v / 257 + 0.5).astype(numpy.uint8)
    keep("rgb16.png", png(7, 5, 16, 2, deep[..., :3].astype(">u2")), narrow(deep[..., :3]))
    grey = numpy.repeat(deep[..., :1], 3, -1)
    keep("grey16.png", png(7, 5, 16, 0, deep[..., 0].astype(">u2")), narrow(grey))
    alpha = deep[..., 3:]
    blended = numpy.floor((deep[..., :3] * alpha + 65535 * (65535 - alpha)) / 65535 + 0.5)
    keep("rgba16.png", png(7, 5, 16, 6, deep.astype(">u2")), narrow(blended))
    save("grey16.tif", Image.fromarray(deep[..., 0].astype(numpy.uint16)), narrow(grey))


def jpegs(small, picture):
    for name, options in {
        "420": {"subsampling": "4:2:0"},
        "422": {"subsampling": "4:2:2"},
        "444": {"subsampling": "4:4:4"},
        "progressive": {"progressive": True},
        "rgb": {"keep_rgb": True},
    }.items():
        save(f"{name}.jpg", picture, quality=80, **options)
    save("grey.jpg", picture.convert("L"), quality=80)
    save("cmyk.jpg", picture.convert("CMYK"), quality=90)
    with open("cmyk.jpg", "rb") as file:
        adobe = file.read()
    at = adobe.index(b"Adobe") + 11
    keep("ycck.jpg", adobe[:at] + b"\x02" + adobe[at + 1 :])
    for orientation in range(1, 9):
        save(f"exif{orientation}.jpg", small, quality=90, exif=exif(orientation))
    save("one.jpg", Image.fromarray(scene(1, 1)))
    save("wide.jpg", Image.fromarray(scene(2000, 1)), quality=80)


def pngs(small, clear):
    save("rgb.png", small)
    save("rgba.png", clear)
    save("grey.png", small.convert("L"))
    save("grey-alpha.png", clear.convert("LA"))
    save("black-white.png", small.convert("1"))
    save("palette.png", small.quantize(13))
    save("palette-clear.png", small.quantize(13), transparency=3)
    save("exif6.png", small, exif=exif(6))
    save("one.png", Image.fromarray(scene(1, 1)))
    key = struct.pack(">HHH", *scene(7, 5)[2, 3])
    chunk = struct.pack(">I", 6) + b"tRNS" + key + struct.pack(">I", zlib.crc32(b"tRNS" + key))
    keep("colour-key.png", png(7, 5, 8, 2, scene(7, 5), chunk))


def animations(small, clear):
    second = Image.fromarray(255 - scene(*small.size))
    save("one.gif", small.quantize(16))
    save("clear.gif", small.quantize(16), transparency=2)
    save("animated.gif", small.quantize(16), save_all=True, append_images=[second], duration=100)
    save("animated.webp", small, save_all=True, append_images=[second], duration=100, lossless=True)
    save("animated-lossy.webp", clear, save_all=True, append_images=[second], duration=100, quality=80)


def webps(small, clear, picture):
    save("lossy.webp", picture, quality=80)
    save("lossy-alpha.webp", clear, quality=80)
    save("lossless.webp", small, lossless=True)
    save("lossless-alpha.webp", clear, lossless=True)
    save("exif6.webp", small, lossless=True, exif=exif(6))
    save("odd.webp", Image.fromarray(scene(16, 10)), quality=90)


def others(small, clear):
    save("rgb.bmp", small)
    save("palette.bmp", small.quantize(13))
    save("grey.bmp", small.convert("L"))
    save("black-white.bmp", small.convert("1"))
    save("rgb.tif", small)
    save("lzw.tif", small, compression="tiff_lzw")
    save("deflate.tif", small, compression="tiff_adobe_deflate")
    save("grey.tif", small.convert("L"))
    save("palette.tif", small.quantize(13))
    save("rgba.tif", clear)
    save("cmyk.tif", small.convert("CMYK"))
    save("cmyk-lzw.tif", small.convert("CMYK"), compression="tiff_lzw")
    save("exif6.tif", small, exif=exif(6))


def turned(small):
    """Orientation where cameras and other programs put it besides EXIF."""
    xmp = b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><tiff:Orientation>%d</tiff:Orientation></x:xmpmeta>'
    save("xmp6.jpg", small, quality=90, xmp=xmp % 6)
    save("xmp8.webp", small, lossless=True, xmp=xmp % 8)
    save("xmp3-exif6.jpg", small, quality=90, xmp=xmp % 3, exif=exif(6))
    save("xmp5.tif", small, tiffinfo={700: xmp % 5})
    for name, packed in (("itxt", False), ("packed-itxt", True)):
        texts = PngImagePlugin.PngInfo()
        texts.add_itxt("XML:com.adobe.xmp", (xmp % 6).decode(), zip=packed)
        save(f"xmp6-{name}.png", small, pnginfo=texts)
    profile = exif(8)
    for name, packed in (("text", False), ("packed-text", True)):
        texts = PngImagePlugin.PngInfo()
        texts.add_text("Raw profile type exif", f"\nexif\n{len(profile):8}\n{profile.hex()}\n", zip=packed)
        save(f"profile8-{name}.png", small, pnginfo=texts)
    save("exif-two-segments.jpg", small, quality=90, exif=exif(6))
    with open("exif-two-segments.jpg", "rb") as file:
        whole = file.read()
    empty = b"\xff\xe1\x00\x08Exif\0\0"
    keep("exif-two-segments.jpg", whole[:2] + empty + whole[2:])


def faxes():
    """Black and white pictures of scanners, either way round."""
    page = Image.fromarray(scene(40, 30)).convert("1")
    for compression in ("group3", "group4"):
        for name, photometric in (("white", 0), ("black", 1)):
            save(f"{compression}-{name}.tif", page, compression=compression, tiffinfo={262: photometric})


def ends(small):
    """PNGs whose pixels are whole, and what follows is not."""
    data = io.BytesIO()
    small.save(data, "png")
    whole = data.getvalue()
    end = whole.rindex(b"IEND") - 4
    keep("no-end.png", whole[:end])
    text = b"\0\0\0\3tEXta\0b" + b"\0\0\0\0"
    keep("text-of-wrong-sum.png", whole[:end] + text + whole[end:])


def main():
    small, picture = Image.fromarray(scene(13, 9)), Image.fromarray(scene(27, 17))
    alpha = numpy.linspace(0, 255, 13 * 9).reshape(9, 13, 1).astype(numpy.uint8)
    clear = Image.fromarray(numpy.concatenate([scene(13, 9), alpha], -1))
    sixteen_bits()
    jpegs(small, picture)
    pngs(small, clear)
    animations(small, clear)
    webps(small, clear, picture)
    others(small, clear)
    turned(small)
    faxes()
    ends(small)
    with open("golden.json", "w") as file:
        json.dump(golden, file, indent=0, sort_keys=True)
        file.write("\n")


main()
