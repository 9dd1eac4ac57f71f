#!/usr/bin/env python3
"""Describes image files with an exported run of Glyphscope: python describe.py IMAGE ... [--json]

Needs numpy, pillow and onnxruntime. An image becomes the teacher's input as preprocessing.json says, the teacher's model
gives its feature, descriptor.onnx writes that as symbols, and interpreter.onnx reads them as embeddings.
"""
import argparse
import functools
import hashlib
import json
import math
import sys
from pathlib import Path

import numpy as np
import onnxruntime
from PIL import Image, ImageOps


def open_session(path):
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])


@functools.lru_cache(maxsize=1024)
def resampling(size, wanted, interpolation):
    """Weights [wanted, size] that carry `size` samples to `wanted`; widened where there are fewer, so that nothing aliases."""
    reach = 2 if interpolation == "bicubic" else 1
    scale = size / wanted
    width = max(1.0, scale)
    taps = min(size, math.ceil(2 * reach * width))
    weights = np.zeros((wanted, size))
    for i in range(wanted):
        centre = (i + 0.5) * scale
        first = max(0, min(size - taps, math.floor(centre - reach * width + 0.5)))
        t = np.abs((first + np.arange(taps) + 0.5 - centre) / width)
        if interpolation == "bicubic":  # Keys 1981, a = -0.5
            near = (1.5 * t - 2.5) * t * t + 1
            far = ((-0.5 * t + 2.5) * t - 4) * t + 2
            kernel = np.where(t < 1, near, np.where(t < 2, far, 0.0))
        else:
            kernel = np.maximum(0.0, 1 - t)
        rounded = kernel.astype(np.float32).astype(np.float64)
        weights[i, first : first + taps] = (rounded / kernel.sum()).astype(np.float32)
    return weights


def resize(pixels, width, height, interpolation):
    """Pixels [H, W, 3], 0 to 255, as [height, width, 3]."""
    if pixels.shape[:2] == (height, width):
        return pixels.astype(np.float32)
    lines = np.einsum("xw,hwc->hxc", resampling(pixels.shape[1], width, interpolation), pixels.astype(np.float64)).astype(np.float32)
    return np.clip(np.einsum("yh,hxc->yxc", resampling(pixels.shape[0], height, interpolation), lines.astype(np.float64)), 0, 255).astype(np.float32)


def read_pixels(path):
    """The first frame, turned as its EXIF orientation says, transparent pixels over white: [H, W, 3] bytes."""
    with Image.open(path) as image:
        image.seek(0)
        image = ImageOps.exif_transpose(image)
        if image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info:
            image = image.convert("RGBA")
            white = Image.new("RGBA", image.size, (255, 255, 255, 255))
            image = Image.alpha_composite(white, image)
        return np.asarray(image.convert("RGB"))


class Describer:
    """An exported run: `describe` gives the symbols of image files, `embed` reads symbols."""

    def __init__(self, folder, teacher=None):
        folder = Path(folder)
        self.plan = json.loads((folder / "preprocessing.json").read_text(encoding="utf-8"))
        model = Path(teacher) if teacher else folder / self.plan["model"] if self.plan["model"] else None
        if model is None or not model.is_file():
            raise SystemExit(f"The teacher {self.plan['teacher']} is not in this folder: give its ONNX model with --teacher.")
        if hashlib.sha256(model.read_bytes()).hexdigest() != self.plan["sha256"]:
            raise SystemExit(f"{model} is not the teacher {self.plan['teacher']} that this run learned from: its SHA-256 differs.")
        self.teacher = open_session(model)
        self.descriptor = open_session(folder / "descriptor.onnx")
        self.interpreter = open_session(folder / "interpreter.onnx")

    def teacher_input(self, path):
        """[3, S, S], normalized."""
        size, how, pixels = self.plan["inputSize"], self.plan["preprocessing"], read_pixels(path)
        height, width = pixels.shape[:2]
        if how["kind"] == "centre-square":
            side = min(width, height)
            top, left = (height - side) // 2, (width - side) // 2
            square = resize(pixels[top : top + side, left : left + side], size, size, "bicubic")
        else:
            if "shorterSide" in how:
                shorter = how["shorterSide"]
                width, height = (shorter, shorter * height // width) if width <= height else (shorter * width // height, shorter)
            else:
                width, height = how["width"], how["height"]
            top, left = (height - size) // 2, (width - size) // 2
            square = resize(pixels, width, height, how["interpolation"])[top : top + size, left : left + size]
        mean, std = np.asarray(self.plan["mean"]), np.asarray(self.plan["std"])
        normalized = square.astype(np.float64) * (1 / (255 * std)) - mean / std
        return normalized.astype(np.float32).transpose(2, 0, 1)

    def features(self, paths):
        """What the teacher sees in image files: features [N, Z] and its tokens [N, n, T], or None for a run without."""
        readout, kept = self.plan["readout"], self.plan["tokens"]
        outputs = [output.name for output in self.teacher.get_outputs()]
        features, tokens = [], []
        for path in paths:  # one at a time: a batch may round otherwise
            given = dict(zip(outputs, self.teacher.run(None, {"pixel_values": self.teacher_input(path)[None]})))
            hidden = given[readout["hidden"]] if readout["hidden"] else None
            if readout["feature"] == "pooled":
                features.append(given[readout["pooled"]][0])
            elif readout["feature"] == "class":
                features.append(hidden[0, 0])
            else:
                features.append(hidden[0, readout["leading"] :].mean(axis=0))
            if kept:
                tokens.append(self.smaller_grid(hidden[0, readout["leading"] :], kept))
        return np.stack(features).astype(np.float32), np.stack(tokens).astype(np.float32) if kept else None

    @staticmethod
    def smaller_grid(tokens, kept):
        """A square grid of tokens [M, T] made smaller by the mean over windows: [kept, T]."""
        side, wanted = math.isqrt(len(tokens)), math.isqrt(kept)
        grid = tokens.reshape(side, side, -1)
        spans = [slice(i * side // wanted, -(-(i + 1) * side // wanted)) for i in range(wanted)]
        return np.stack([grid[rows, columns].mean(axis=(0, 1)) for rows in spans for columns in spans])

    def write(self, features, tokens=None):
        """Symbols [N, L] and the probabilities [N, L, K] of all symbols, from what the teacher sees."""
        seen = {"features": features} if tokens is None else {"features": features, "tokens": tokens}
        return self.descriptor.run(["symbols", "probabilities"], seen)

    def describe(self, paths):
        """Symbols [N, L] of image files and the probability of each, [N, L]."""
        symbols, probabilities = self.write(*self.features(paths))
        return symbols, np.take_along_axis(probabilities, symbols[..., None], axis=2)[..., 0]

    def embed(self, symbols):
        """Embeddings [N, L, Z] after each prefix of symbols [N, L]."""
        return self.interpreter.run(["embeddings"], {"symbols": np.asarray(symbols, dtype=np.int64)})[0]


def symbol_names(folder):
    """(symbol, position) → name; position None is wherever the symbol stands."""
    path = Path(folder) / "symbols.json"
    names = json.loads(path.read_text(encoding="utf-8"))["names"] if path.is_file() else []
    return {(one["symbol"], one["position"]): one["name"] for one in names}


def main():
    parser = argparse.ArgumentParser(description="Describes image files with this exported run of Glyphscope.")
    parser.add_argument("images", nargs="+", metavar="IMAGE")
    parser.add_argument("--teacher", metavar="MODEL.onnx", help="the teacher's model, where it is not in this folder")
    parser.add_argument("--json", action="store_true", help="print one JSON object for each image")
    given = parser.parse_args()
    folder = Path(__file__).resolve().parent
    describer, names, failed = Describer(folder, given.teacher), symbol_names(folder), 0
    for path in given.images:
        try:
            (symbols,), (probabilities,) = describer.describe([path])
        except (OSError, ValueError) as error:
            print(f"{path}: {error}", file=sys.stderr)
            failed += 1
            continue
        words = [names.get((s, j + 1), names.get((s, None))) for j, s in enumerate(symbols.tolist())]
        if given.json:
            print(json.dumps({"image": path, "symbols": symbols.tolist(), "probabilities": [round(float(p), 6) for p in probabilities], "names": words}))
        else:
            print(f"{path}: {' '.join(f'{s} ({w})' if w else str(s) for s, w in zip(symbols.tolist(), words))}")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
