"""Runs pycocoevalcap and seetell on the same captions, each as a process of
its own, and prints the largest difference of any number and both times.

Usage: python compare.py SEETELL GOLDEN [--times N] [--table]

SEETELL is the program, GOLDEN the folder of golden vectors (its coco_py is
read). Needs pycocoevalcap 1.2 and Java. --table runs METEOR too, which needs
`seetell data download meteor-table` once. --times N repeats the pictures N
times for seetell alone and prints its time and peak memory.
"""

import argparse
import gzip
import json
import os
import resource
import subprocess
import sys
import tempfile
import time

SYSTEMS = ["karpathy_init_2", "karpathy_merge_1", "karpathy_par_3", "raw_merge_1"]


def load(path):
    with gzip.open(path, "rt", encoding="utf-8") as file:
        return json.load(file)


def captions(golden, system):
    """Returns the references, by picture, and the system's captions."""
    folder = os.path.join(golden, "coco_py")
    found = load(os.path.join(folder, "flickr8k_%s.json.gz" % system))
    pictures = load(os.path.join(folder, found["refs"]))
    references = {p["image"]: p["refs_raw"] for p in pictures}
    return references, {p["image"]: s["hyp_raw"] for p, s in zip(pictures, found["per_image"])}


def reference_scores(references_path, captions_path, out, with_meteor):
    """Runs in a process of its own: pycocoevalcap's pipeline, to JSON."""
    from pycocoevalcap.bleu.bleu import Bleu
    from pycocoevalcap.cider.cider import Cider
    from pycocoevalcap.meteor.meteor import Meteor
    from pycocoevalcap.rouge.rouge import Rouge
    from pycocoevalcap.tokenizer.ptbtokenizer import PTBTokenizer

    with open(references_path) as file:
        references = json.load(file)
    with open(captions_path) as file:
        hypotheses = json.load(file)
    tokenizer = PTBTokenizer()
    gts = tokenizer.tokenize({k: [{"caption": t} for t in v] for k, v in references.items()})
    res = tokenizer.tokenize({k: [{"caption": hypotheses[k]}] for k in references})
    scorers = [(Bleu(4), ["Bleu_1", "Bleu_2", "Bleu_3", "Bleu_4"]), (Rouge(), ["ROUGE_L"]), (Cider(), ["CIDEr"])]
    if with_meteor:
        scorers.append((Meteor(), ["METEOR"]))
    result = {}
    for scorer, names in scorers:
        score, scores = scorer.compute_score(gts, res)
        if len(names) == 1:
            score, scores = [score], [scores]
        for name, corpus, each in zip(names, score, scores):
            result[name] = [float(corpus)] + [float(x) for x in each]
    with open(out, "w") as file:
        json.dump(result, file)


def timed(command):
    start = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return time.perf_counter() - start


def compare(options, folder, system):
    references, hypotheses = captions(options.golden, system)
    paths = {}
    for name, value in ("references", references), ("captions", hypotheses):
        paths[name] = os.path.join(folder, name + ".json")
        with open(paths[name], "w") as file:
            json.dump(value, file)
    theirs, ours = os.path.join(folder, "theirs.json"), os.path.join(folder, "ours.json")
    metrics = "bleu,rouge,cider" + (",meteor" if options.table else "")
    their_time = timed([sys.executable, os.path.abspath(__file__), "--inner", paths["references"],
                        paths["captions"], theirs, str(int(options.table))])
    command = [options.seetell, "score", "--references", paths["references"], "--captions", paths["captions"],
               "--metrics", metrics, "--format", "json", "--out", ours]
    our_time = min(timed(command) for _ in range(3))
    with open(theirs) as file:
        want = json.load(file)
    with open(ours) as file:
        got = json.load(file)
    most = 0
    for name, values in want.items():
        found = [got["scores"][name]] + [image[name] for image in got["per_image"]]
        assert len(found) == len(values)
        most = max([most] + [abs(a - b) for a, b in zip(found, values)])
    print("%-18s largest difference %.1e   pycocoevalcap %6.2f s   seetell %6.3f s   %5.1f times" % (
        system, most, their_time, our_time, their_time / our_time), flush=True)
    return most


def repeat(options, folder):
    """Times seetell on the pictures repeated."""
    references, hypotheses = captions(options.golden, SYSTEMS[-1])
    for times in sorted({1, max(1, options.times // 4), options.times}):
        paths = []
        for name, value in ("references", references), ("captions", hypotheses):
            paths.append(os.path.join(folder, name + ".json"))
            with open(paths[-1], "w") as file:
                json.dump({"%s %d" % (k, n): v for n in range(times) for k, v in value.items()}, file)
        command = [options.seetell, "score", "--references", paths[0], "--captions", paths[1], "--format", "json",
                   "--out", os.path.join(folder, "ours.json"),
                   "--metrics", "bleu,rouge,cider" + (",meteor" if options.table else "")]
        seconds = timed(command)
        peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
        print("%6d pictures %7.2f s, at most %4.0f MiB so far" % (times * len(references), seconds, peak), flush=True)


def main():
    if sys.argv[1] == "--inner":
        return reference_scores(*sys.argv[2:5], with_meteor=sys.argv[5] == "1")
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("seetell")
    parser.add_argument("golden")
    parser.add_argument("--times", type=int, default=0)
    parser.add_argument("--table", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        if options.times:
            return repeat(options, folder)
        if max(compare(options, folder, system) for system in SYSTEMS) > 1e-9:
            sys.exit("the numbers differ")


main()
