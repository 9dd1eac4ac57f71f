"""A training step of the twin: its schedules, AdamW, and what follows the student."""
import math
from dataclasses import fields

import torch
import torch.nn.functional as F

from pytorch_twin import Loss, Settings, Twin


def settings_of(config: dict, schedule: dict, step: int) -> Settings:
    given = {f.name: config[f.name] for f in fields(Settings) if f.name in config}
    return Settings(**given | {"quantizerTemperature": schedule["quantizerTemperature"][step], "teacherTemperature": schedule["teacherTemperature"][step], "imitationWeight": schedule["imitationWeight"][step]})


def cosine(steps, start, end):
    return [end + (start - end) * (1 + math.cos(math.pi * i / max(1, steps - 1))) / 2 for i in range(steps)]


def linear(steps, over, start, end):
    return [start + (end - start) * min(1, i / over) if over else end for i in range(steps)]


def schedules(c: dict):
    steps, rise = c["steps"], min(c["warmup"], c["steps"])
    kind = {"gumbel": "gumbelTemperature", "sharpened": "sharpenedTemperature"}.get(c["quantizer"])
    return {
        "learningRate": [c["learningRate"] * (i + 1) / rise for i in range(rise)] + cosine(max(1, steps - rise), c["learningRate"], c["learningRate"] / 100),
        "quantizerTemperature": cosine(steps, c[f"{kind}Start"], c[f"{kind}End"]) if kind else [0.0] * steps,
        "teacherTemperature": linear(steps, c["teacherTemperatureWarmup"], c["teacherTemperatureStart"], c["teacherTemperature"]),
        "teacherMomentum": cosine(steps, c["teacherMomentum"], 1),
        "imitationWeight": linear(steps, c["imitationSteps"], c["imitationWeight"], 0),
    }


def optimizer_for(weights: dict, learning_rate, weight_decay):
    """AdamW with decay on matrices alone, PyTorch's fused implementation."""
    named = {name: tensor.requires_grad_(True) for name, tensor in weights.items()}
    matrices = [p for name, p in named.items() if name.endswith(".weight")]
    plain = [p for name, p in named.items() if not name.endswith(".weight")]
    groups = [{"params": matrices, "weight_decay": weight_decay}, {"params": plain, "weight_decay": 0.0}]
    return torch.optim.AdamW(groups, lr=learning_rate, fused=True)


def training_step(twin: Twin, optimizer, x, noise, o: Settings, *, gradientClip, teacherMomentum, centreMomentum, codebookDecay, codeRevival, candidates=None, tokens=None):
    """One step; the loss and the length of its gradient before clipping. candidates (L, K): rows that codes are revived from."""
    loss = twin.loss(x, noise, o, tokens)
    optimizer.zero_grad(set_to_none=True)
    loss.total.backward()
    parameters = [p for group in optimizer.param_groups for p in group["params"]]
    norm = torch.nn.utils.clip_grad_norm_(parameters, gradientClip if gradientClip > 0 else math.inf)
    optimizer.step()
    with torch.no_grad():
        if twin.vector:
            follow_queries(twin, loss, codebookDecay, codeRevival, candidates)
        for name in twin.w:
            if name.startswith("projector."):
                twin.w["teacher." + name[len("projector.") :]].lerp_(twin.w[name], 1 - teacherMomentum)
        if loss.teacher_mean is not None:
            twin.w["teacher.centre"].lerp_(loss.teacher_mean, 1 - centreMomentum)
    return loss, norm


def follow_queries(twin: Twin, loss: Loss, decay, revival, candidates):
    """Moving means of the queries of each code (van den Oord et al. 2017, appendix A.1), and codes hardly taken revived."""
    w, K, rows = twin.w, twin.s.vocabulary, len(loss.queries)
    counts = w["codebook.counts"][..., 0].mul_(decay).add_(loss.written.sum(0), alpha=1 - decay)  # (L, K)
    averaged = twin.s.codebookUpdate == "average"
    if averaged:
        w["codebook.sums"].mul_(decay).add_(torch.einsum("rlk,rle->lke", loss.written, loss.queries), alpha=1 - decay)
        total = counts.sum(1, keepdim=True)
        w["codes"].copy_(w["codebook.sums"] / ((counts + 1e-5) / (total + K * 1e-5) * total)[..., None])
    if candidates is None:
        return
    even = rows / K
    for j, k in (counts < revival * even).nonzero().tolist():
        query = loss.queries[candidates[j, k], j]
        counts[j, k], w["codes"][j, k] = even, query
        if averaged:
            w["codebook.sums"][j, k] = even * query


def similarity_loss(u, g):
    """Cross-entropy of the similarities among rows, those of g at temperature 0.06, those of u at 0.1, no row with itself."""
    others = ~torch.eye(len(u), dtype=torch.bool)
    among = lambda x, temperature: (x @ x.T)[others].view(len(u), -1) / temperature
    return F.cross_entropy(among(u, 0.1), among(g, 0.06).softmax(1))


def train_neighbour_map(twin: Twin, weights: dict, a, g, steps):
    """src-main/training/neighbour-map.ts on all rows at each step; changes the weights, named as there."""
    optimizer = optimizer_for(weights, 0.0, 0.01)
    rise = min(40, steps)
    rates = [0.001 * (i + 1) / rise for i in range(rise)] + cosine(max(1, steps - rise), 0.001, 0)
    twin.w = weights
    for rate in rates[:steps]:
        for group in optimizer.param_groups:
            group["lr"] = rate
        optimizer.zero_grad(set_to_none=True)
        similarity_loss(F.normalize(twin.neighbour_map("", a), dim=1), g).backward()
        optimizer.step()
