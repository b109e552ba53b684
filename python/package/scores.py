"""Scores of captions, with pycocoevalcap's form and numbers, without Java."""

import json
import os
import tempfile

from .program import run


class Scores(dict):
    """The scores of a set by pycocoevalcap's names: Bleu_1 to Bleu_4, METEOR,
    ROUGE_L and CIDEr. Without METEOR's paraphrase table, which `seetell data
    download meteor-table` brings, METEOR_no_paraphrase stands in its stead.

    per_image has the scores of each picture by its id, and report all that
    `seetell score --format json` prints.
    """

    def __init__(self, report, ids):
        super().__init__(report["scores"])
        self.report = report
        self.per_image = {ids[image["id"]]: {name: image[name] for name in report["scores"]}
                          for image in report["per_image"]}


def score(references, captions, metrics=("bleu", "meteor", "rouge", "cider"), resamples=0):
    """Scores captions against references, as pycocoevalcap does.

    Both are dicts by picture's id: references[id] is a list of captions,
    captions[id] a caption or a list of one. A caption is a string or, as
    COCO's are, a dict with the key "caption". Resamples, 1,000 say, asks for
    bootstrap intervals in Scores.report.
    """
    ids = {str(key): key for key in references}
    if len(ids) < len(references):
        raise ValueError("two pictures have the same id")
    with tempfile.TemporaryDirectory() as folder:
        written = []
        for name, texts in (
            ("references", {str(key): [_text(one) for one in many] for key, many in references.items()}),
            ("captions", {str(key): _single(key, one) for key, one in captions.items()}),
        ):
            written.append(os.path.join(folder, name + ".json"))
            with open(written[-1], "w", encoding="utf-8") as file:
                json.dump(texts, file)
        report = run("--quiet", "score", "--references", written[0], "--captions", written[1],
                     "--metrics", ",".join(metrics), "--resamples", resamples, "--format", "json")
    return Scores(json.loads(report), ids)


def _text(caption):
    return caption["caption"] if isinstance(caption, dict) else caption


def _single(key, caption):
    if isinstance(caption, (str, dict)):
        return _text(caption)
    if len(caption) != 1:
        raise ValueError(f"picture {key!r} has {len(caption)} captions to score; give one")
    return _text(caption[0])
