"""The peer of the benchmark: the same training step in PyTorch eager. Reads one JSON line {shape, settings, optimizer,
rows, threads, seed} from stdin, answers "ready", then for each line with a number of steps answers their milliseconds.
"""
import json
import sys
import time

import torch

from pytorch_twin import Settings, Shape, Twin, optimizer_for, training_step


def main():
    o = json.loads(sys.stdin.readline())
    torch.set_num_threads(o["threads"])
    torch.manual_seed(o["seed"])
    shape = Shape(**o["shape"])
    weights = {name: torch.randn(dims) * (0.05 if name.endswith(".weight") else 0.1) for name, dims in o["weights"].items()}
    weights["descriptor.sharpness"] = torch.full_like(weights["descriptor.sharpness"], 1 / shape.channels)
    twin = Twin(shape, weights)
    settings = Settings(**o["settings"])
    optimizer = optimizer_for(twin, o["learningRate"], o["weightDecay"])
    x = torch.randn(o["rows"], shape.channels)
    print("ready", flush=True)
    for line in sys.stdin:
        times = []
        for _ in range(int(line)):
            begun = time.perf_counter()
            noise = -torch.empty(o["rows"], shape.length, shape.vocabulary).exponential_().log()
            training_step(twin, optimizer, x, noise, settings, o["gradientClip"], o["teacherMomentum"], o["centreMomentum"])
            times.append(1000 * (time.perf_counter() - begun))
        print(json.dumps(times), flush=True)


if __name__ == "__main__":
    main()
