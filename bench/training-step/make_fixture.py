"""Writes the fixtures of test/pytorch-twin, what PyTorch computes in double precision on numbers that single precision
holds exactly:

  kernels.safetensors            every kernel's value and gradients
  neighbour-map.safetensors      the network of the feature map before and after its training
  losses-<student>.safetensors   a very small student's weights and features, and under several losses the value, its
                                 parts and every gradient
  steps-<case>.safetensors       such a student before and after each of ten training steps: weights with the teacher's
                                 projector, centre and codebook, the moments of AdamW, and what the step measured

The cases are in test/pytorch-twin/cases.json, which the tests read as well. The random weights of a case are the first
whose result rounding does not decide: every hard symbol wins clearly, and PyTorch's own single precision comes within
3e-6 of its double precision, a thirtieth of what the tests allow. Run again after a change of the model:
python3 bench/training-step/make_fixture.py
"""
import json
import math
import struct
from dataclasses import fields
from pathlib import Path

import torch

import kernel_cases
from pytorch_training import optimizer_for, schedules, settings_of, train_neighbour_map, training_step
from pytorch_twin import Shape, Twin
from random_stream import RandomStream

FOLDER = Path(__file__).parents[2] / "test/pytorch-twin"
SAFE_LEAD = 1e-3  # by which every hard symbol must win
SAFE_ROUNDING = 3e-6  # |single − double| / |double| of every tensor


def shape_of(config: dict, feature_width: int, tokens=None) -> Shape:
    channels = min(config["channels"] or feature_width, feature_width)
    width = channels if config["descriptor"] == "residual" else config["codeWidth"] if config["quantizer"] == "vector" else 0
    derived = {"featureWidth": feature_width, "featureTokens": 0, "tokenWidth": 0, "channels": channels, "mapHidden": config["mapHidden"] if config["channels"] > 0 and config["mapSteps"] > 0 else 0, "readoutHidden": 0, "codeWidth": width}
    derived |= {"featureTokens": tokens["count"], "tokenWidth": tokens["width"]} if tokens else {"featureTokens": 0, "tokenWidth": 0}
    return Shape(**{f.name: derived[f.name] if f.name in derived else config[f.name] for f in fields(Shape)})


def dimensions(s: Shape, imitates: bool):
    """Names and dimensions of all weights, as Student.create makes them."""
    Z, C, D, L, K, E, H = s.featureWidth, s.channels, s.width, s.length, s.vocabulary, s.codeWidth, s.mapHidden
    residual, vector = s.descriptor == "residual", s.quantizer == "vector"
    dims = {"feature.mean": [Z], "feature.map": [Z, Z if H else C]}

    def layer(name, rows, columns):
        dims[f"{name}.weight"], dims[f"{name}.bias"] = [rows, columns], [columns]

    def block(name, memory):
        layer(f"{name}.attention.input", D, 3 * D)
        layer(f"{name}.attention.output", D, D)
        if memory:
            layer(f"{name}.memory.query", D, D)
            layer(f"{name}.memory.input", D, 2 * D)
            layer(f"{name}.memory.output", D, D)
        layer(f"{name}.mlp.hidden", D, 4 * D)
        layer(f"{name}.mlp.output", 4 * D, D)

    if H:
        dims |= {f"feature.{name}": sizes for name, sizes in map_dimensions(s).items()} | {"feature.centre": [C]}
    layer("descriptor.memory", *((s.tokenWidth, D) if s.featureTokens else (C, s.memoryTokens * D)))
    if s.descriptor != "parallel":
        dims["descriptor.symbols.weight"] = [K, D]
    dims["descriptor.positions"] = [L, D]
    for i in range(s.descriptorLayers):
        block(f"descriptor.block{i}", True)
    if E:
        dims["codes"], dims["descriptor.sharpness"] = [L, K, E], [L, 1, 1]
        if not vector:
            dims["descriptor.preference"] = [L, 1, K]
    if residual:
        dims["descriptor.residual.weight"] = [C, D]
    layer("descriptor.output", D, E or K)
    if vector and not residual:
        dims["interpreter.codes.weight"] = [E, D]
    else:
        dims["interpreter.symbols.weight"] = [K, D]
    dims["interpreter.positions"] = [L, D]
    if residual:
        dims["interpreter.sums.weight"] = [C, D]
    for i in range(s.interpreterLayers):
        block(f"interpreter.block{i}", False)
    layer("interpreter.output", D, C)
    for name in ("projector", "teacher"):
        for i, (rows, columns) in enumerate([(C, s.projectorHidden), (s.projectorHidden, s.projectorHidden), (s.projectorHidden, s.projectorBottleneck)]):
            layer(f"{name}.layer{i}", rows, columns)
        dims[f"{name}.last.weight"] = [s.projectorBottleneck, s.projectorOutputs]
    dims["teacher.centre"] = [s.projectorOutputs]
    if vector:
        dims["codebook.counts"] = [L, K, 1]
        if s.codebookUpdate == "average":
            dims["codebook.sums"] = [L, K, E]
    if imitates:
        dims["imitation.codes"] = [L, K, C]
    return dims


def map_dimensions(s: Shape):
    Z, C, H = s.featureWidth, s.channels, s.mapHidden
    return {"linear.weight": [Z, C], "layer0.weight": [Z, H], "layer0.bias": [H], "layer1.weight": [H, H], "layer1.bias": [H], "layer2.weight": [H, C], "layer2.bias": [C]}


def random_weights(shape: Shape, imitates: bool, rows: int):
    weights = {}
    for name, dims in dimensions(shape, imitates).items():
        values = (0.1 if name == "feature.mean" else 0.4) * randn(*dims)
        if name == "descriptor.sharpness":
            values = values.abs() + 1
        if name in ("feature.map", "codes", "imitation.codes"):
            values = 2 * values
        if name == "codebook.counts":
            values = (rows / shape.vocabulary) * randn(*dims).abs()  # some below the share at which a code is revived
        if name == "codebook.sums":
            values = weights["codes"] * weights["codebook.counts"]
        weights[name] = as_stored(values)
    return weights


def randn(*dims):
    return torch.randn(dims, dtype=torch.float32)


def as_stored(tensor):
    return tensor.float().to(torch.get_default_dtype())


def gumbel_noise(config: dict, rows: int, step: int):
    if config["quantizer"] != "gumbel" or config["gumbelNoise"] == 0:
        return None
    L, K = config["length"], config["vocabulary"]
    uniforms = torch.tensor(RandomStream(config["seed"], "noise", step).uniforms(L * rows * K), dtype=torch.float64).view(L, rows, K)
    return (config["gumbelNoise"] * -(-uniforms.log()).log().transpose(0, 1)).to(torch.get_default_dtype())


def revival_candidates(config: dict, rows: int, step: int):
    if config["quantizer"] != "vector" or config["codeRevival"] == 0:
        return None
    random = RandomStream(config["seed"], "revival", step)
    orders = [random.permutation(rows) for _ in range(config["length"])]
    return torch.tensor([[order[k % rows] for k in range(config["vocabulary"])] for order in orders])


def by_position(tensor):
    """(R, L, …) as (L, R, …)."""
    return tensor.transpose(0, 1)


def measures(loss):
    """What a step or a loss tells of itself, in the order of the product."""
    out = {"loss": loss.total, "lossByRow": by_position(loss.by_row), "symbols": by_position(loss.written)}
    if loss.entropies is not None:
        out |= {"entropies": by_position(loss.entropies), "targets": loss.targets, "teacherMean": loss.teacher_mean}
    return out


def lead_of(loss):
    """Of hard symbols, the least lead over the second best."""
    best = loss.scores.topk(2, -1).values
    return float((best[..., 0] - best[..., 1]).min()) if loss.written.unique().tolist() == [0, 1] else math.inf


def losses_of(student: dict, common: dict, feature_width: int):
    """One student under several losses; the least lead of a hard symbol."""
    config, shape_of_tokens = common | student["config"], student.get("tokens")
    rows, shape = config["views"] * config["batch"], shape_of(config, feature_width, shape_of_tokens)
    weights = random_weights(shape, config["imitationSteps"] > 0, rows)
    features = as_stored(randn(rows, feature_width))
    out = {f"weight/{name}": tensor.clone() for name, tensor in weights.items()} | {"features": features}
    tokens = None
    if shape_of_tokens:
        out["tokens"] = tokens = as_stored(randn(rows, shape.featureTokens, shape.tokenWidth))
    twin = Twin(shape, weights)
    trained = [weights[name].requires_grad_(True) for name in twin.trained()]
    least = math.inf
    for variant, changes in student["variants"].items():
        c = config | changes
        loss = twin.loss(twin.normalise(features), gumbel_noise(c, rows, 0), settings_of(c, schedules(c), 0), tokens)
        gradients = torch.autograd.grad(loss.total, trained, allow_unused=True)
        out |= {f"{variant}/{name}": tensor for name, tensor in measures(loss).items()}
        out |= {f"{variant}/gradient/{name}": gradient for name, gradient in zip(twin.trained(), gradients) if gradient is not None}
        least = min(least, lead_of(loss))
    return out, least


def steps_of(case: dict, common: dict, feature_width: int):
    """Every tensor has one row for each step, weights one more for before the first."""
    config = common | case["config"]
    rows, schedule = config["views"] * config["batch"], schedules(config)
    shape = shape_of(config, feature_width, case.get("tokens"))
    weights = random_weights(shape, config["imitationSteps"] > 0, rows)
    given = {"features": as_stored(randn(config["steps"], rows, feature_width))}
    if "tokens" in case:
        given["tokens"] = as_stored(randn(config["steps"], rows, shape.featureTokens, shape.tokenWidth))
    twin = Twin(shape, weights)
    optimizer = optimizer_for({name: weights[name] for name in twin.trained()}, 0.0, config["weightDecay"])
    options = {name: config[name] for name in ("gradientClip", "centreMomentum", "codebookDecay", "codeRevival")}
    seen = {}

    def note(name, tensor):
        seen.setdefault(name, []).append(tensor.detach().clone())

    def note_weights():
        for name in weights:
            note(f"weight/{name}", weights[name])

    note_weights()
    least = math.inf
    for step in range(config["steps"]):
        for group in optimizer.param_groups:
            group["lr"] = schedule["learningRate"][step]
        loss, norm = training_step(
            twin, optimizer, twin.normalise(given["features"][step]), gumbel_noise(config, rows, step), settings_of(config, schedule, step),
            **options, teacherMomentum=schedule["teacherMomentum"][step], candidates=revival_candidates(config, rows, step),
            tokens=given["tokens"][step] if "tokens" in given else None,
        )
        least = min(least, lead_of(loss))
        note("gradientNorm", norm)
        note("loss", loss.total)
        note("lossByPrefix", loss.by_row.mean(0))
        note("symbolCounts", loss.written.sum(0))
        if loss.entropies is not None:
            note("entropies", torch.cat([torch.special.entr(loss.targets).sum(1).mean()[None], loss.entropies.mean(0)]))
        note_weights()
        for name in twin.trained():
            state = optimizer.state[weights[name]]
            note(f"moment/{name}/first", state["exp_avg"])
            note(f"moment/{name}/second", state["exp_avg_sq"])
    fixed = ("weight/feature.", "weight/imitation.", "weight/descriptor.sharpness")
    return given | {name: tensors[0][None] if name.startswith(fixed) else torch.stack(tensors) for name, tensors in seen.items()}, least


def neighbour_map_of(common: dict, changes: dict, feature_width: int):
    """The network of the map before (as random.ts gives it) and after its training."""
    config = common | changes
    shape = shape_of(config, feature_width)
    images = 12
    a, scales = as_stored(randn(images, feature_width)), as_stored(randn(shape.channels).abs() + 0.5)
    g = as_stored(torch.nn.functional.normalize(randn(images, feature_width), dim=1))
    random = RandomStream(config["seed"], "map")
    weights = {name: torch.zeros(sizes) for name, sizes in map_dimensions(shape).items()}
    weights["linear.weight"][: shape.channels] = torch.diag(scales)
    for name in ("layer0.weight", "layer1.weight"):
        rows, columns = weights[name].shape
        weights[name] = as_stored(torch.tensor(random.normals(rows * columns), dtype=torch.float64).view(rows, columns) / math.sqrt(rows))
    out = {"clean": a, "neighbourhood": g, "scales": scales} | {f"before/{name}": tensor.clone() for name, tensor in weights.items()}
    train_neighbour_map(Twin(shape, weights), weights, a, g, config["mapSteps"])
    return out | {f"after/feature.{name}": tensor for name, tensor in weights.items()}


def rounding(double: dict, single: dict, steps: bool):
    """Largest difference of a tensor, of those of steps at one step. The biases of keys have no effect, see steps.ts."""
    apart = 0.0
    for name, theirs in double.items():
        if not name.endswith(".input.bias"):
            dimensions = list(range(1, theirs.dim())) if steps else None
            lengths = [torch.linalg.vector_norm(t.detach(), dim=dimensions) for t in (single[name].double() - theirs, theirs)]
            apart = max(apart, float((lengths[0] / lengths[1]).max()))
    return apart


def write(file: Path, tensors: dict):
    header, offset, parts = {}, 0, []
    for name, tensor in tensors.items():
        data = tensor.detach().to(torch.float32).contiguous().numpy().tobytes()
        header[name] = {"dtype": "F32", "shape": list(tensor.shape), "data_offsets": [offset, offset + len(data)]}
        offset += len(data)
        parts.append(data)
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    file.write_bytes(struct.pack("<Q", len(text)) + text + b"".join(parts))


def main():
    torch.set_num_threads(1)
    cases = json.loads((FOLDER / "cases.json").read_text())
    torch.set_default_dtype(torch.float64)
    write(FOLDER / "kernels.safetensors", kernel_cases.measured())
    torch.manual_seed(0)
    write(FOLDER / "neighbour-map.safetensors", neighbour_map_of(cases["config"], cases["neighbourMap"], cases["featureWidth"]))
    for kind, make in (("losses", losses_of), ("steps", steps_of)):
        for name, case in cases[kind].items():
            for seed in range(1000):
                results = []
                for precision in (torch.float64, torch.float32):
                    torch.set_default_dtype(precision)
                    torch.manual_seed(seed)
                    results.append(make(case, cases["config"], cases["featureWidth"]))
                (double, lead), (single, _) = results
                apart = rounding(double, single, kind == "steps")
                if lead > SAFE_LEAD and apart < SAFE_ROUNDING:
                    break
            else:
                raise SystemExit(f"{kind} {name}: rounding decides the result with every one of 1000 seeds")
            print(f"{kind}-{name}: seed {seed}, symbols win by {lead:.2g}, single precision is {apart:.1e} from double")
            write(FOLDER / f"{kind}-{name}.safetensors", double)


if __name__ == "__main__":
    main()
