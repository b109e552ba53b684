#!/usr/bin/env python3
"""Opens a checkpoint of seetell with PyTorch and captions pictures.

    pip install torch safetensors pillow
    python seetell.py --model best.safetensors photo.jpg

A checkpoint is one safetensors file: the tensors of Captioner below, by name,
and under the metadata's key "seetell" a JSON text with the model's sizes, its
vocabulary and how pictures are prepared. The model is Show, Attend and Tell
(Xu et al. 2015) on a ResNet.

Shapes: N pictures, L places, F features, B captions, T words, V vocabulary.
"""

import argparse
import json
import os
import sys
from dataclasses import dataclass

import torch
from PIL import Image, ImageOps
from safetensors import safe_open
from torch import nn
from torch.nn import functional

PAD, START, END, UNKNOWN = range(4)  # the first words of every vocabulary


class BasicBlock(nn.Module):
    """He et al. 2016, figure 5 left, with torchvision's names."""

    def __init__(self, channels, out, stride):
        super().__init__()
        self.conv1 = nn.Conv2d(channels, out, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(out)
        self.conv2 = nn.Conv2d(out, out, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(out)
        self.downsample = None
        if stride != 1 or channels != out:
            self.downsample = nn.Sequential(
                nn.Conv2d(channels, out, 1, stride, bias=False), nn.BatchNorm2d(out))

    def forward(self, x):
        y = functional.relu(self.bn1(self.conv1(x)))
        y = self.bn2(self.conv2(y))
        shortcut = x if self.downsample is None else self.downsample(x)
        return functional.relu(y + shortcut)


class Bottleneck(nn.Module):
    """He et al. 2016, figure 5 right, which strides in its second convolution."""

    def __init__(self, channels, out, stride):
        super().__init__()
        width = out // 4
        self.conv1 = nn.Conv2d(channels, width, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(width)
        self.conv2 = nn.Conv2d(width, width, 3, stride, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(width)
        self.conv3 = nn.Conv2d(width, out, 1, bias=False)
        self.bn3 = nn.BatchNorm2d(out)
        self.downsample = None
        if stride != 1 or channels != out:
            self.downsample = nn.Sequential(
                nn.Conv2d(channels, out, 1, stride, bias=False), nn.BatchNorm2d(out))

    def forward(self, x):
        y = functional.relu(self.bn1(self.conv1(x)))
        y = functional.relu(self.bn2(self.conv2(y)))
        y = self.bn3(self.conv3(y))
        shortcut = x if self.downsample is None else self.downsample(x)
        return functional.relu(y + shortcut)


BACKBONES = {  # He et al. 2016, table 1
    "resnet18": (BasicBlock, 1, [2, 2, 2, 2]),
    "resnet34": (BasicBlock, 1, [3, 4, 6, 3]),
    "resnet50": (Bottleneck, 4, [3, 4, 6, 3]),
    "resnet101": (Bottleneck, 4, [3, 4, 23, 3]),
    "resnet152": (Bottleneck, 4, [3, 8, 36, 3]),
}


class Backbone(nn.Module):
    """A ResNet without its pooling and classifier: (N, 3, S, S) to
    (N, C, S/32, S/32), or for "layer3+4" to layer3's channels and layer4's
    enlarged to its size, (N, C/2 + C, S/16, S/16)."""

    def __init__(self, name="resnet18", places="layer4"):
        super().__init__()
        if name not in BACKBONES:
            raise ValueError(f"backbone {name}: only {', '.join(BACKBONES)} are known")
        block, expansion, counts = BACKBONES[name]
        self.fine = places == "layer3+4"
        self.conv1 = nn.Conv2d(3, 64, 7, 2, 3, bias=False)
        self.bn1 = nn.BatchNorm2d(64)
        channels = 64
        for i, count in enumerate(counts):
            out, blocks = (64 << i) * expansion, []
            for j in range(count):
                blocks.append(block(channels, out, 2 if i > 0 and j == 0 else 1))
                channels = out
            setattr(self, f"layer{i + 1}", nn.Sequential(*blocks))
        self.channels = channels + channels // 2 if self.fine else channels

    def forward(self, x):
        x = functional.relu(self.bn1(self.conv1(x)))
        x = functional.max_pool2d(x, 3, 2, 1)
        x = self.layer3(self.layer2(self.layer1(x)))
        y = self.layer4(x)
        if not self.fine:
            return y
        large = functional.interpolate(y.float(), x.shape[2:], mode="bilinear", align_corners=False)
        return torch.cat([x, large.to(x.dtype)], 1)


class Encoder(nn.Module):
    """Pictures (N, 3, S, S) to a feature for each place of a grid, (N, L, F)."""

    def __init__(self, backbone, grid, features, norm, places):
        super().__init__()
        self.backbone = Backbone(backbone, places)
        self.pool = nn.AdaptiveAvgPool2d(grid)
        self.projection = nn.Linear(self.backbone.channels, features)
        self.norm = nn.BatchNorm1d(features) if norm == "batch" else None
        self.relu = norm == "relu"

    def forward(self, pictures):
        x = self.pool(self.backbone(pictures)).flatten(2).transpose(1, 2)
        f = self.projection(x)
        if self.relu:
            f = functional.relu(f)
        if self.norm is not None:
            f = self.norm(f.flatten(0, 1)).view_as(f)
        return f


class Attention(nn.Module):
    """e_i = w tanh(W_f f_i + W_h h + b), alpha = softmax(e)."""

    def __init__(self, features, hidden, size):
        super().__init__()
        self.feature = nn.Linear(features, size)
        self.hidden = nn.Linear(hidden, size)
        self.score = nn.Linear(size, 1)

    def forward(self, places, h):
        """Places are self.feature of the features: the same for every word."""
        e = self.score(torch.tanh(places + self.hidden(h).unsqueeze(1)))
        return functional.softmax(e.squeeze(2), dim=1)


class Decoder(nn.Module):
    def __init__(self, words, features, embedding, hidden, attention, output):
        super().__init__()
        self.embedding = nn.Embedding(words, embedding)
        self.attention = Attention(features, hidden, attention)
        self.init_h = nn.Linear(features, hidden)
        self.init_c = nn.Linear(features, hidden)
        self.gate = nn.Linear(hidden, features)
        self.lstm = nn.LSTMCell(embedding + features, hidden)
        self.output = nn.Linear(hidden, words)
        self.deep = output == "deep"
        if self.deep:  # Xu et al. 2015, equation 7
            self.output_context = nn.Linear(features, hidden)
            self.output_word = nn.Linear(embedding, hidden, bias=False)

    def start(self, f):
        mean = f.mean(1)
        return self.init_h(mean), self.init_c(mean)

    def step(self, f, places, state, words):
        """Reads one word a row; returns the next state, what the output layer
        reads and alpha (B, L)."""
        h, _ = state
        alpha = self.attention(places, h)
        z = torch.bmm(alpha.unsqueeze(1), f).squeeze(1)
        gated = torch.sigmoid(self.gate(h)) * z
        word = self.embedding(words)
        h, c = self.lstm(torch.cat([word, gated], 1), state)
        said = h + self.output_context(gated) + self.output_word(word) if self.deep else h
        return (h, c), said, alpha


class Captioner(nn.Module):
    def __init__(self, words, grid=7, features=256, feature_norm="batch", embedding=256,
                 hidden=512, attention=256, backbone="resnet18", output="plain", places="layer4"):
        super().__init__()
        self.encoder = Encoder(backbone, grid, features, feature_norm, places)
        self.decoder = Decoder(words, features, embedding, hidden, attention, output)

    def forward(self, f, rows, words, dropout=0.0):
        """Teacher forcing: the scores (B, T, V) of the words that follow each
        of words (B, T), where caption b is of the picture f[rows[b]]; and
        alpha (B, T, L)."""
        f, decoder = f[rows], self.decoder
        places, state = decoder.attention.feature(f), decoder.start(f)
        steps, alphas = [], []
        for t in range(words.shape[1]):
            state, said, alpha = decoder.step(f, places, state, words[:, t])
            steps.append(said)
            alphas.append(alpha)
        said = functional.dropout(torch.stack(steps, 1), dropout, self.training)
        return decoder.output(said), torch.stack(alphas, 1)


def find(path):
    """Returns a checkpoint's path: of a run's folder its best one, or its last."""
    names = ("best.safetensors", "model.safetensors", "last.safetensors")
    if not os.path.isdir(path):
        return path
    for name in names:
        if os.path.exists(os.path.join(path, name)):
            return os.path.join(path, name)
    raise FileNotFoundError(f"{path} is a folder without {', '.join(names)}: name its checkpoint")


def load(path, device="cpu"):
    """Returns the captioner of a checkpoint, or of a run's folder, for evaluation,
    and its metadata."""
    path = find(path)
    with safe_open(path, "pt", device=device) as file:
        text = (file.metadata() or {}).get("seetell")
        if text is None:
            raise ValueError(f"{path} is not a checkpoint of seetell: it has no metadata 'seetell'")
        tensors = {name: file.get_tensor(name) for name in file.keys()}
    about = json.loads(text)
    if about["format"] not in (1, 2):
        raise ValueError(f"{path} has format {about['format']}; this program reads 1 and 2")
    model = Captioner(len(about["vocabulary"]), **about["model"])
    model.load_state_dict(tensors, strict=True)
    return model.to(device).eval(), about


def to_rgb(image):
    """Upright and RGB: alpha over white, 16 bit as value / 257 rounded."""
    image = ImageOps.exif_transpose(image)
    if image.mode.startswith("I"):  # 16-bit grey
        image = image.convert("I").point(lambda v: v / 257 + 0.5).convert("L")
    if image.has_transparency_data:
        image = image.convert("RGBA")
        white = Image.new("RGBA", image.size, "white")
        image = Image.alpha_composite(white, image)
    return image.convert("RGB")


def prepare(image, size, mode, mean, std):
    """Returns what the encoder takes: a float tensor of shape (3, size, size)."""
    image = to_rgb(image)
    if mode == "crop":
        width, height = image.size
        short = size * 256 // 224
        scaled = ((short, max(short * height // width, 1)) if width <= height
                  else (max(short * width // height, 1), short))
        image = image.resize(scaled, Image.Resampling.BILINEAR)
        left, top = (round((side - size) / 2) for side in scaled)
        image = image.crop((left, top, left + size, top + size))
    else:
        image = image.resize((size, size), Image.Resampling.BILINEAR)
    pixels = torch.frombuffer(bytearray(image.tobytes()), dtype=torch.uint8)
    x = pixels.view(size, size, 3).float() / 255
    return ((x - torch.tensor(mean)) / torch.tensor(std)).permute(2, 0, 1)


@dataclass
class Caption:
    text: str
    log_probability: float
    finished: bool


@torch.no_grad()
def beam_search(model, f, vocabulary, width=5, most=30, joint=" "):
    """Returns the captions of one picture's features f (1, L, F), best first:
    the finished ones, then the live ones."""
    decoder, device = model.decoder, f.device
    places, state = decoder.attention.feature(f), decoder.start(f)
    live, finished = [[START]], []
    scores = torch.zeros(1, dtype=torch.float64, device=device)
    for _ in range(most):
        words = torch.tensor([caption[-1] for caption in live], device=device)
        many = len(live)
        (h, c), said, _ = decoder.step(f.expand(many, -1, -1), places.expand(many, -1, -1), state, words)
        step = functional.log_softmax(decoder.output(said).float(), 1).double()
        step[:, [PAD, START, UNKNOWN]] = -torch.inf
        total = (scores.unsqueeze(1) + step).flatten()
        # A stable sort: of equals the earlier hypothesis, then the lower word.
        order = total.argsort(descending=True, stable=True)[:width]
        rows, kept = [], []
        for index in order.tolist():
            row, word = divmod(index, len(vocabulary))
            caption = live[row] + [word]
            if word == END:
                finished.append((total[index].item(), caption))
                width -= 1
            elif total[index] > -torch.inf:
                rows.append(row)
                kept.append((index, caption))
        live, scores = [caption for _, caption in kept], total[[index for index, _ in kept]]
        state = h[rows], c[rows]
        if width == 0 or not live:
            break
    finished.sort(key=lambda pair: -pair[0])
    unfinished = zip(scores.tolist(), live)

    def spell(score, caption, done):
        words = [vocabulary[word] for word in caption[1:] if word != END]
        return Caption(joint.join(words), score, done)

    return [spell(*pair, True) for pair in finished] + [spell(*pair, False) for pair in unfinished]


def caption(model, about, image, width=5, most=30):
    """Returns the captions of one picture, a PIL image, best first."""
    x = prepare(image, **about["preprocessing"]).unsqueeze(0)
    with torch.no_grad():
        f = model.encoder(x.to(next(model.parameters()).device))
    joint = "" if about["words"] == "characters" else " "
    return beam_search(model, f, about["vocabulary"], width, most, joint)


def main():
    parser = argparse.ArgumentParser(description="caption pictures with a checkpoint of seetell")
    parser.add_argument("--model", required=True, metavar="FILE", help="checkpoint, or the folder of a run")
    parser.add_argument("--beam", type=int, default=5, help="hypotheses kept (default 5)")
    parser.add_argument("--max-words", type=int, default=30, help="steps at most (default 30)")
    parser.add_argument("--device", default="cpu", help="cpu (default) or cuda")
    parser.add_argument("--format", choices=["text", "json"], default="text",
                        help="text (default), or json with log-probabilities")
    parser.add_argument("pictures", nargs="+", metavar="PICTURE")
    options = parser.parse_args()
    model, about = load(options.model, options.device)
    failed = False
    for path in options.pictures:
        try:
            with Image.open(path) as image:
                best = caption(model, about, image, options.beam, options.max_words)[0]
        except OSError as error:
            print(f"{path}: {error}", file=sys.stderr)
            failed = True
            continue
        if options.format == "json":
            print(json.dumps({"file": path, "captions": [vars(best)]}, ensure_ascii=False))
        else:
            print(f"{path}\t{best.text}")
    sys.exit(failed)


if __name__ == "__main__":
    main()
