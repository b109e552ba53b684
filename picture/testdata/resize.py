"""Makes resize.json: noise resized by Pillow (13 or later, whose order of
passes is ours) and prepared by torchvision's Resize and CenterCrop.

usage: python resize.py (Pillow, numpy, torchvision), in this folder.
"""
import base64
import json

import numpy
from PIL import Image
from torchvision.transforms import v2


def text(pixels):
    return base64.b64encode(numpy.ascontiguousarray(pixels).tobytes()).decode()


def noise(width, height):
    return numpy.random.default_rng(width * 1000 + height).integers(0, 256, (height, width, 3)).astype(numpy.uint8)


resized, cropped = [], []
for width, height, out, box in [
    (28, 20, (12, 12), None),
    (20, 28, (12, 12), None),
    (16, 40, (13, 8), None),  # columns first
    (9, 7, (17, 15), None),
    (17, 13, (17, 5), None),
    (17, 13, (6, 13), None),
    (17, 13, (17, 13), None),
    (1, 1, (8, 8), None),
    (300, 1, (16, 16), None),
    (1, 300, (16, 16), None),
    (33, 21, (1, 1), None),
    (28, 20, (8, 8), (5, 3, 21, 17)),
    (28, 20, (10, 20), (5, 0, 21, 20)),
    (12, 40, (12, 10), (0, 8, 12, 39)),
]:
    picture = noise(width, height)
    got = Image.fromarray(picture).resize(out, Image.BILINEAR, box=box)
    case = {"width": width, "height": height, "box": box or [0, 0, width, height], "size": out}
    resized.append(case | {"in": text(picture), "out": text(numpy.asarray(got))})
for width, height, size in [(28, 20, 14), (19, 31, 14), (13, 13, 14), (39, 21, 7)]:
    picture = noise(width, height)
    prepare = v2.Compose([v2.Resize(size * 256 // 224), v2.CenterCrop(size)])
    got = prepare(Image.fromarray(picture))
    cropped.append({"width": width, "height": height, "size": [size, size], "in": text(picture), "out": text(numpy.asarray(got))})
with open("resize.json", "w") as file:
    json.dump({"resized": resized, "cropped": cropped}, file, indent=0)
    file.write("\n")
