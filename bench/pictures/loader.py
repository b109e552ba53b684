"""Pictures per second of seetell's loader and of torchvision's DataLoader,
turn by turn in one run, with the same pictures, size and number of workers.

usage: python bench/pictures/loader.py SHARED [ROUNDS]
       python bench/pictures/loader.py SHARED --growth 1000,100000
from the checkout's root; SHARED is the folder that holds flickr8k/. The number
of workers is 2, or WORKERS from the environment. The second form loads so many
pictures, the validation split's again and again by links, with seetell alone:
time and resident memory by count.
"""
import glob
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time

import pyarrow.parquet
import torch
import torchvision
from torchvision.transforms import v2

WORKERS = int(os.environ.get("WORKERS", "2"))
BATCH, SIZE, REPEATS = 32, 224, 40


class Pictures(torch.utils.data.Dataset):
    """Encoded pictures in memory, decoded and resized one by one."""

    def __init__(self, encoded):
        self.encoded = encoded
        self.resize = v2.Resize((SIZE, SIZE), antialias=True)

    def __len__(self):
        return len(self.encoded)

    def __getitem__(self, index):
        data = torch.frombuffer(bytearray(self.encoded[index]), dtype=torch.uint8)
        mode = torchvision.io.ImageReadMode.RGB
        return self.resize(torchvision.io.decode_jpeg(data, mode))


def torchvision_rate(encoded):
    loader = torch.utils.data.DataLoader(
        Pictures(encoded), BATCH, shuffle=True, num_workers=WORKERS, persistent_workers=True, prefetch_factor=4
    )
    for _ in loader:  # workers start and everything is in memory
        pass
    start = time.perf_counter()
    count = sum(len(batch) for batch in loader)
    return count / (time.perf_counter() - start)


def seetell_rate(binary, data, *flags):
    command = [binary, "-data", data, "-batch", str(BATCH), "-workers", str(WORKERS), "-size", str(SIZE), "-epochs", "2", *flags]
    lines = subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()
    last = json.loads(lines[-1])  # the first epoch brings the files into memory
    return last["pictures"] / last["seconds"]


def linked(folder, files, count):
    """A folder with files again and again, count in all, and captions."""
    os.makedirs(f"{folder}/images")
    with open(f"{folder}/captions.txt", "w") as captions:
        captions.write("image,caption\n")
        for i in range(count):
            file = files[i % len(files)]
            name = f"{i // len(files):03}-{os.path.basename(file)}"
            os.symlink(os.path.abspath(file), f"{folder}/images/{name}")
            captions.write(f"{name},a photograph\n")


def grow(binary, encoded, folder, counts):
    """Prints the time a picture and the memory of seetell by pictures."""
    files = [f"{folder}/{i:04}.jpg" for i in range(len(encoded))]
    for file, picture in zip(files, encoded):
        with open(file, "wb") as opened:
            opened.write(picture)
    for count in counts:
        linked(f"{folder}/{count}", files, count * 5 // 4)  # of which four fifths are for training
        command = [binary, "-data", f"{folder}/{count}", "-batch", str(BATCH), "-workers", str(WORKERS), "-size", str(SIZE)]
        epoch = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
        print(f"{epoch['pictures']:7} pictures: {1e6 * epoch['seconds'] / epoch['pictures']:5.0f} µs a picture, "
              f"resident memory {epoch['resident_bytes'] / 1e6:.0f} MB", flush=True)


def originals(shared, folder):
    """A folder with the 24 originals, each REPEATS times, and captions."""
    files = sorted(glob.glob(f"{shared}/flickr8k/originals/*.jpg"))
    linked(folder, files, REPEATS * len(files))
    encoded = []
    for file in files:
        with open(file, "rb") as opened:
            encoded.append(opened.read())
    return encoded * REPEATS


def parquet(path):
    table = pyarrow.parquet.read_table(path, columns=["image"])
    return [row["bytes"] for row in table.column("image").to_pylist()]


def main():
    shared = sys.argv[1]
    growth = [int(count) for count in sys.argv[3].split(",")] if sys.argv[2:3] == ["--growth"] else []
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 and not growth else 5
    folder = tempfile.mkdtemp()
    binary = f"{folder}/loader"
    subprocess.run(["go", "build", "-o", binary, "./bench/pictures/loader"], check=True)
    validation = f"{shared}/flickr8k/data/validation-00000-of-00001.parquet"
    if growth:
        return grow(binary, parquet(validation), folder, growth)
    few, big = parquet(validation), originals(shared, f"{folder}/set")
    runs = {
        "parquet, torchvision": lambda: torchvision_rate(few),
        "parquet, seetell": lambda: seetell_rate(binary, validation, "-split", "validation"),
        "originals, torchvision": lambda: torchvision_rate(big),
        "originals, seetell": lambda: seetell_rate(binary, f"{folder}/set"),
        "originals, seetell, fast decode": lambda: seetell_rate(binary, f"{folder}/set", "-fast-decode"),
    }
    rates = {name: [] for name in runs}
    for _ in range(rounds):
        for name, run in runs.items():
            rates[name].append(run())
            print(f"{name} {rates[name][-1]:.0f}", file=sys.stderr, flush=True)
    print(f"torchvision {torchvision.__version__}, {WORKERS} workers, batch {BATCH}, {SIZE} pixels, median of {rounds}")
    for name, values in rates.items():
        print(f"{name:32} {statistics.median(values):7.0f} pictures/s   {' '.join(f'{v:.0f}' for v in values)}")


if __name__ == "__main__":
    main()
