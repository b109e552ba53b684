"""Writes the parquet files of this folder: one small set in the forms that
the datasets library and pyarrow give it, and expected.json, what is in it.

    python3 make.py        (pyarrow, datasets, pillow)
"""
import io
import json
import os

import datasets
import pyarrow as pa
import pyarrow.parquet as pq
from PIL import Image

os.chdir(os.path.dirname(os.path.abspath(__file__)))
N = 40


def png(i):
    out = io.BytesIO()
    Image.new("RGB", (2, 2 + i % 3), (i * 6, 255 - i * 6, i)).save(out, "PNG")
    return out.getvalue()


PICTURES = [png(i) for i in range(N)]
NAMES = [f"photo_{i:02}.png" for i in range(N)]
CAPTIONS = [[f"picture {i} told in way {k} ." for k in range(3)] for i in range(N)]

BYTES_PATH = pa.struct([("bytes", pa.binary()), ("path", pa.string())])
PATH_BYTES = pa.struct([("path", pa.string()), ("bytes", pa.binary())])


def images(kind=BYTES_PATH, names=NAMES):
    return pa.array([{"bytes": b, "path": n} for b, n in zip(PICTURES, names)], kind)


def numbered():
    return {f"caption_{k}": [c[k] for c in CAPTIONS] for k in range(3)}


def write(name, columns, **options):
    pq.write_table(pa.table(columns), f"{name}.parquet", **options)


write("numbered", {"image": images(), **numbered()}, row_group_size=10)
write("pathfirst", {**numbered(), "image": images(PATH_BYTES)})
write("bytesonly", {"image": pa.array([{"bytes": b} for b in PICTURES], pa.struct([("bytes", pa.binary())])),
                    "filename": NAMES, **numbered()})
write("binary", {"jpg": pa.array(PICTURES, pa.binary()), "image_filename": NAMES, "captions": CAPTIONS})
write("list", {"image": images(names=[None] * N), "captions": CAPTIONS, "filename": NAMES, "img_id": list(range(N))})
write("sentences", {"image": images(), "sentences": [[{"raw": c, "sentid": 1} for c in cs] for cs in CAPTIONS]})
write("zstd", {"image": images(), "captions": CAPTIONS}, compression="zstd", data_page_size=256, use_dictionary=False)
write("gzip", {"image": images(), "captions": CAPTIONS}, compression="gzip", data_page_size=256, data_page_version="2.0")
write("plain", {"image": images(), "captions": CAPTIONS}, compression="none", use_dictionary=False, write_page_checksum=True)
write("fallback", {"image": images(), "captions": CAPTIONS}, dictionary_pagesize_limit=512, data_page_size=512, write_batch_size=4)
write("delta", {"image": images(), "captions": CAPTIONS}, use_dictionary=False,
      column_encoding={"image.bytes": "DELTA_LENGTH_BYTE_ARRAY"}, data_page_size=512)
write("single", {"image": images().take(pa.array([i for _ in range(3) for i in range(N)])),
                 "caption": [CAPTIONS[i][k] for k in range(3) for i in range(N)]})
write("splitcolumn", {"image": images(), "captions": CAPTIONS, "split": [["train", "val", "test"][i % 3] for i in range(N)]})

flawed = [[c.encode() for c in cs] for cs in CAPTIONS]
flawed[5][0], flawed[6][0], flawed[7][0], flawed[8], flawed[9][0] = None, b"", b" \n", [None] * 3, b"caf\xe9"
pictures = images().to_pylist()
pictures[3], pictures[4]["bytes"] = None, b""
write("flawed", {"image": pa.array(pictures, BYTES_PATH),
                 **{f"caption_{k}": pa.array([c[k] for c in flawed], pa.binary()) for k in range(3)}})
write("nocaptions", {"image": images(), "label": list(range(N))})
write("nopictures", {"filename": NAMES, "captions": CAPTIONS})

features = datasets.Features({"image": datasets.Image(), "captions": datasets.Sequence(datasets.Value("string"))})
rows = {"image": [{"bytes": b, "path": n} for b, n in zip(PICTURES, NAMES)], "captions": CAPTIONS}
datasets.Dataset.from_dict(rows, features=features).to_parquet("datasets.parquet")

with open("expected.json", "w") as f:
    json.dump([{"name": n, "size": len(b), "captions": c} for n, b, c in zip(NAMES, PICTURES, CAPTIONS)], f)
