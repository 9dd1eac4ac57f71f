"""The peer of the benchmark: the same training steps in PyTorch, eager or with the loss and its gradients by torch.compile.
Reads one JSON line {config, shape, weights, threads, compiled} from stdin, weights being their dimensions by name, answers
{"memory": bytes}, then for each line with a number of steps answers {"times": milliseconds of each, "memory": the most bytes
so far}. Memory is the resident set, without what it was before the weights were made.
"""
import json
import sys
import time

import torch

from pytorch_training import optimizer_for, schedules, settings_of, training_step
from pytorch_twin import Shape, Twin


def resident(most=False):
    """Bytes in memory now, or the most until now."""
    field = "VmHWM:" if most else "VmRSS:"
    with open("/proc/self/status") as status:
        return 1024 * next(int(line.split()[1]) for line in status if line.startswith(field))


def main():
    o = json.loads(sys.stdin.readline())
    before = resident()
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
    if o["compiled"]:
        twin.loss = torch.compile(twin.loss, dynamic=False)
        # Python numbers are part of what is compiled: those of the first step stay, else each step would be compiled anew.
        for name in ("quantizerTemperature", "teacherTemperature"):
            schedule[name] = [schedule[name][0]] * config["steps"]

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

    say = lambda **answer: print(json.dumps(answer | {"memory": resident(most=True) - before}), flush=True)
    say()
    for line in sys.stdin:
        times = []
        for _ in range(int(line)):
            begun = time.perf_counter()
            once()
            times.append(1000 * (time.perf_counter() - begun))
            step = (step + 1) % config["steps"]
        say(times=times)


if __name__ == "__main__":
    main()
