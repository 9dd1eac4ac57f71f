"""Writes test/src-main/model/twin-<descriptor>.safetensors: weights, inputs, the loss and every gradient of a very small
student as PyTorch computes them. Run again after a change of the model: python3 bench/training-step/make_fixture.py
"""
import json
import struct
from pathlib import Path

import torch

from pytorch_twin import Settings, Shape, Twin

ROWS = 6


def shape_of(descriptor):
    return Shape(8, 6, 5, 4, descriptor, 8, 2, 2, 2, 2, 2, 7, 8, 4)


def dimensions(s: Shape):
    """Names and dimensions of all weights, as Student.create makes them."""
    Z, C, D, L, K = s.featureWidth, s.channels, s.width, s.length, s.vocabulary
    residual = s.descriptor == "residual"
    dims = {"feature.mean": [Z], "feature.map": [Z, C]}

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

    layer("descriptor.memory", C, s.memoryTokens * D)
    dims["descriptor.symbols.weight"], dims["descriptor.positions"] = [K, D], [L, D]
    for i in range(s.descriptorLayers):
        block(f"descriptor.block{i}", True)
    if residual:
        dims["codes"], dims["descriptor.sharpness"], dims["descriptor.preference"] = [L, K, C], [L, 1, 1], [L, 1, K]
        dims["descriptor.residual.weight"] = [C, D]
    layer("descriptor.output", D, C if residual else K)
    dims["interpreter.symbols.weight"], dims["interpreter.positions"] = [K, D], [L, D]
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
    return dims


def write(file: Path, tensors: dict):
    header, offset, parts = {}, 0, []
    for name, tensor in tensors.items():
        data = tensor.detach().to(torch.float32).contiguous().numpy().tobytes()
        header[name] = {"dtype": "F32", "shape": list(tensor.shape), "data_offsets": [offset, offset + len(data)]}
        offset += len(data)
        parts.append(data)
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    file.write_bytes(struct.pack("<Q", len(text)) + text + b"".join(parts))


def main():
    folder = Path(__file__).parents[2] / "test/src-main/model"
    for descriptor in ("residual", "autoregressive"):
        torch.manual_seed(11)
        shape = shape_of(descriptor)
        weights = {name: 0.4 * torch.randn(dims) for name, dims in dimensions(shape).items()}
        weights["feature.mean"] = 0.1 * torch.randn(shape.featureWidth)
        if descriptor == "residual":
            weights["descriptor.sharpness"] = torch.full((shape.length, 1, 1), 1.5)
        features = torch.randn(ROWS, shape.featureWidth)
        noise = -torch.empty(ROWS, shape.length, shape.vocabulary).exponential_().log()
        twin = Twin(shape, weights)
        for name in twin.trained():
            weights[name].requires_grad_(True)
        x = (features / features.norm(dim=1, keepdim=True) - weights["feature.mean"]) @ weights["feature.map"]
        out = {f"weight/{name}": tensor for name, tensor in weights.items()}
        out |= {"features": features, "noise": noise.transpose(0, 1)}
        for hard in (True, False):
            settings = Settings(2, 0.7, hard, 0.9, 1.0, 0.5, True, 0.3, 0.2)
            loss, teacher_mean = twin.loss(x, noise, settings)
            gradients = torch.autograd.grad(loss, [weights[name] for name in twin.trained()])
            kind = "hard" if hard else "soft"
            out |= {f"{kind}/loss": loss.reshape(1), f"{kind}/teacherMean": teacher_mean}
            out |= {f"{kind}/gradient/{name}": gradient for name, gradient in zip(twin.trained(), gradients)}
        write(folder / f"twin-{descriptor}.safetensors", out)


if __name__ == "__main__":
    main()
