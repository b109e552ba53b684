"""Times `seetell caption` beside PyTorch, whole processes in turn.

    caption.py --seetell PROGRAM --model FILE --data DIR [--pictures 1000]

PROGRAM is seetell itself, FILE a checkpoint, DIR a folder of parquet files of
jxie/flickr8k's schema. The pictures of its validation split are written as
files; both sides caption all of them, and then a single one, from process
start. The peer is the tutorial's way: eager, float32, NCHW, one picture at a
time, features projected again at every word, Python loops. The captions of both
sides are compared.

    caption.py … --growth 1000,10000,100000

instead captions so many pictures, the split's again and again by links, with
seetell alone: time and peak memory by count.
"""

import argparse
import glob
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time


def write_pictures(folder, data, count):
    """Writes the validation split's pictures as they are, and lists them."""
    import pyarrow.parquet
    paths = []
    for source in sorted(glob.glob(os.path.join(data, "validation-*.parquet"))):
        for picture in pyarrow.parquet.read_table(source, columns=["image"])["image"].to_pylist():
            if len(paths) == count:
                return paths
            paths.append(os.path.join(folder, f"{len(paths):04d}.jpg"))
            with open(paths[-1], "wb") as file:
                file.write(picture["bytes"])
    return paths


def search(torch, seetell, model, f, width=5, most=30):
    """Beam search as tutorials have it: the features are those of every
    hypothesis, and are projected again at each word."""
    decoder, live, scores = model.decoder, [[seetell.START]], torch.zeros(1, 1)
    f, state, finished = f.expand(1, -1, -1), decoder.start(f), []
    for _ in range(most):
        words = torch.tensor([caption[-1] for caption in live])
        (h, c), said, _ = decoder.step(f, decoder.attention.feature(f), state, words)
        step = torch.log_softmax(decoder.output(said), 1)
        step[:, [seetell.PAD, seetell.START, seetell.UNKNOWN]] = -torch.inf
        total = scores + step
        best, place = total.view(-1).topk(width)
        rows, live_next, kept = [], [], []
        for score, index in zip(best.tolist(), place.tolist()):
            row, word = divmod(index, total.shape[1])
            caption = live[row] + [word]
            if word == seetell.END:
                finished.append((score, caption))
            else:
                rows.append(row)
                live_next.append(caption)
                kept.append(score)
        width -= len(best) - len(rows)
        live, scores = live_next, torch.tensor(kept).unsqueeze(1)
        if width == 0 or not live:
            break
        f, state = f[:1].expand(len(live), -1, -1), (h[rows], c[rows])
    return max(finished)[1] if finished else live[0]


def peer(model, paths):
    """Captions pictures and writes a line of JSON for each."""
    from PIL import Image
    import torch
    sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "..", "python"))
    import seetell
    model, about = seetell.load(model)
    for path in paths:
        with Image.open(path) as image, torch.no_grad():
            x = seetell.prepare(image, **about["preprocessing"]).unsqueeze(0).contiguous()
            caption = search(torch, seetell, model, model.encoder(x))
        words = [about["vocabulary"][word] for word in caption[1:] if word != seetell.END]
        print(json.dumps({"caption": " ".join(words)}))


def captions(output):
    """The best captions of either side's lines of JSON."""
    lines = [json.loads(line) for line in output.splitlines()]
    return [line["caption"] if "caption" in line else line["captions"][0]["text"] for line in lines]


def timed(command, listed):
    began = time.perf_counter()
    done = subprocess.run(command, input=listed, stdout=subprocess.PIPE, text=True, check=True)
    return time.perf_counter() - began, captions(done.stdout)


def compare(sides, paths, rounds, what):
    """Times the sides' whole processes in turn."""
    seconds, said = {side: [] for side in sides}, {}
    for _ in range(rounds):
        for side, command in sides.items():
            took, said[side] = timed(command, "\n".join(paths) + "\n")
            seconds[side].append(took)
    theirs = statistics.median(seconds["tutorial"])
    print(f"{what}, {rounds} rounds in turn")
    for side, times in seconds.items():
        median = statistics.median(times)
        same = sum(a == b for a, b in zip(said[side], said["tutorial"]))
        print(f"{side:18} {median:8.2f} s ({min(times):.2f} to {max(times):.2f}), "
              f"{1000 * median / len(paths):7.1f} ms a picture, {median / theirs:.3f} of the tutorial's time, "
              f"{same} of {len(paths)} captions the same", flush=True)


def grow(command, paths, counts):
    """Prints the time a picture and the peak memory of seetell by pictures."""
    for count in counts:
        with tempfile.TemporaryDirectory() as folder:
            links = [os.path.join(folder, f"{i:06d}.jpg") for i in range(count)]
            for i, link in enumerate(links):
                os.symlink(paths[i % len(paths)], link)
            listed = os.path.join(folder, "list")
            with open(listed, "w") as file:
                file.write("\n".join(links) + "\n")
            began = time.perf_counter()
            process = subprocess.Popen([*command, "--list", listed], stdout=subprocess.DEVNULL)
            _, status, usage = os.wait4(process.pid, 0)
            took = time.perf_counter() - began
        if status:
            sys.exit(f"seetell ended with status {status}")
        print(f"{count:7} pictures: {1000 * took / count:7.2f} ms a picture, "
              f"peak memory {usage.ru_maxrss / 1000:.0f} MB", flush=True)


def main():
    if sys.argv[1:2] == ["peer"]:
        return peer(sys.argv[2], sys.stdin.read().splitlines())
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    for name in ("seetell", "model", "data"):
        parser.add_argument(f"--{name}", required=True)
    parser.add_argument("--pictures", type=int, default=1000)
    parser.add_argument("--threads", type=int, default=0, help="of each side; 0 for its own default")
    parser.add_argument("--precisions", default="float32,bfloat16")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--growth", help="counts of pictures, such as 1000,100000")
    options = parser.parse_args()
    os.environ.pop("OMP_NUM_THREADS", None)
    ours = [options.seetell, "caption", "--model", options.model, "--beam", "5", "--format", "json"]
    if options.threads:
        os.environ["OMP_NUM_THREADS"] = str(options.threads)
    sides = {"seetell " + p: ours + ["--list", "-", "--precision", p] for p in options.precisions.split(",")}
    sides["tutorial"] = [sys.executable, __file__, "peer", options.model]
    with tempfile.TemporaryDirectory() as folder:
        paths = write_pictures(folder, options.data, options.pictures)
        if options.growth:
            precision = options.precisions.split(",")[0]
            return grow([*ours, "--precision", precision], paths, [int(n) for n in options.growth.split(",")])
        compare(sides, paths, options.rounds, f"{len(paths)} pictures")
        compare(sides, paths[:1], options.rounds, "one picture")


if __name__ == "__main__":
    main()
