"""Image captioning with seetell: its program, its checkpoints and its scores.

    import seetell
    model, about = seetell.load("runs/quick")
    print(seetell.caption(model, about, Image.open("photo.jpg"))[0].text)
    print(seetell.score({"1": ["a dog runs", "a dog"]}, {"1": ["a dog runs"]}))

load and caption compute with PyTorch alone (seetell.checkpoint); score and the
command seetell run the program that is part of this package, on the libtorch of
the PyTorch beside it.
"""

from .program import main, run
from .scores import Scores, score

__all__ = ["Caption", "Captioner", "Scores", "caption", "load", "main", "prepare", "run", "score"]


def __getattr__(name):  # PyTorch takes seconds to import, and scores do without
    if name in ("Caption", "Captioner", "caption", "load", "prepare"):
        from . import checkpoint

        return getattr(checkpoint, name)
    raise AttributeError(f"module 'seetell' has no attribute {name!r}")
