"""The peer of the benchmark: the same training steps in PyTorch eager. Reads one JSON line {config, shape, weights, threads}
from stdin, weights being their dimensions by name, answers "ready", then for each line with a number of steps answers their
milliseconds.
"""
import json
import sys
import time

import torch

from pytorch_training import optimizer_for, schedules, settings_of, training_step
from pytorch_twin import Shape, Twin


def main():
    o = json.loads(sys.stdin.readline())
    config = o["config"]
    rows, schedule = config["batch"] * config["views"], schedules(config)
    torch.set_num_threads(o["threads"])
    torch.manual_seed(config["seed"])
    shape = Shape(**o["shape"])
    weights = {name: torch.randn(dims) * (0.05 if name.endswith(".weight") else 0.1) for name, dims in o["weights"].items()}
    for name in ("descriptor.sharpness", "codebook.counts"):
        if name in weights:
            weights[name].fill_(1 / shape.codeWidth if name == "descriptor.sharpness" else rows / shape.vocabulary)
    twin = Twin(shape, weights)
    optimizer = optimizer_for({name: weights[name] for name in twin.trained()}, 0.0, config["weightDecay"])
    options = {name: config[name] for name in ("gradientClip", "centreMomentum", "codebookDecay", "codeRevival")}
    features = torch.randn(rows, shape.featureWidth)
    step = 0

    def once():
        for group in optimizer.param_groups:
            group["lr"] = schedule["learningRate"][step]
        noise = config["gumbelNoise"] * -torch.empty(rows, shape.length, shape.vocabulary).exponential_().log() if shape.quantizer == "gumbel" else None
        revived = shape.quantizer == "vector" and config["codeRevival"] > 0
        candidates = torch.stack([torch.randperm(rows)[torch.arange(shape.vocabulary) % rows] for _ in range(shape.length)]) if revived else None
        training_step(
            twin, optimizer, twin.normalise(features), noise, settings_of(config, schedule, step),
            **options, teacherMomentum=schedule["teacherMomentum"][step], candidates=candidates,
        )

    print("ready", flush=True)
    for line in sys.stdin:
        times = []
        for _ in range(int(line)):
            begun = time.perf_counter()
            once()
            times.append(1000 * (time.perf_counter() - begun))
            step = (step + 1) % config["steps"]
        print(json.dumps(times), flush=True)


if __name__ == "__main__":
    main()
