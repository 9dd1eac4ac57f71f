"""The student of src-main/model in PyTorch eager, written as one would write it there: the peer of the training-step
benchmark and the source of the fixture that the tests compare losses and gradients with.

Weights are a dict of the same names as in the product. Rows are ordered by view first, symbols are (R, L, K) here.
"""
from dataclasses import dataclass

import torch
import torch.nn.functional as F


@dataclass
class Shape:
    featureWidth: int
    channels: int
    vocabulary: int
    length: int
    descriptor: str
    width: int
    descriptorLayers: int
    descriptorHeads: int
    memoryTokens: int
    interpreterLayers: int
    interpreterHeads: int
    projectorOutputs: int
    projectorHidden: int
    projectorBottleneck: int


@dataclass
class Settings:
    views: int
    gumbelTemperature: float
    straightThrough: bool
    prefixWeight: float
    projectionWeight: float
    alignmentWeight: float
    crossView: bool
    studentTemperature: float
    teacherTemperature: float


class Twin:
    def __init__(self, shape: Shape, weights: dict):
        self.s = shape
        self.w = weights

    def layer(self, name, x):
        return F.linear(x, self.w[f"{name}.weight"].T, self.w[f"{name}.bias"])

    def heads(self, x, heads):  # (R, L, D) -> (R, H, L, D/H)
        return x.unflatten(-1, (heads, -1)).transpose(1, 2)

    def norm(self, x):
        return F.layer_norm(x, x.shape[-1:])

    def mlp(self, name, x):
        return x + self.layer(f"{name}.mlp.output", F.gelu(self.layer(f"{name}.mlp.hidden", self.norm(x))))

    def block(self, name, x, memory, heads):
        q, k, v = (self.heads(t, heads) for t in self.layer(f"{name}.attention.input", self.norm(x)).chunk(3, -1))
        a = F.scaled_dot_product_attention(q, k, v, is_causal=True)
        x = x + self.layer(f"{name}.attention.output", a.transpose(1, 2).flatten(2))
        if memory is not None:
            q = self.heads(self.layer(f"{name}.memory.query", self.norm(x)), heads)
            k, v = (self.heads(t, heads) for t in self.layer(f"{name}.memory.input", memory).chunk(2, -1))
            x = x + self.layer(f"{name}.memory.output", F.scaled_dot_product_attention(q, k, v).transpose(1, 2).flatten(2))
        return self.mlp(name, x)

    def next_in_block(self, name, x, memory, heads, cache):
        """The same block for one more position (R, 1, D), with keys and values kept."""
        q, k, v = (self.heads(t, heads) for t in self.layer(f"{name}.attention.input", self.norm(x)).chunk(3, -1))
        if "k" in cache:
            k, v = torch.cat([cache["k"], k], 2), torch.cat([cache["v"], v], 2)
        cache["k"], cache["v"] = k, v
        x = x + self.layer(f"{name}.attention.output", F.scaled_dot_product_attention(q, k, v).transpose(1, 2).flatten(2))
        if "memory" not in cache:
            cache["memory"] = [self.heads(t, heads) for t in self.layer(f"{name}.memory.input", memory).chunk(2, -1)]
        q = self.heads(self.layer(f"{name}.memory.query", self.norm(x)), heads)
        x = x + self.layer(f"{name}.memory.output", F.scaled_dot_product_attention(q, *cache["memory"]).transpose(1, 2).flatten(2))
        return self.mlp(name, x)

    def memory(self, x):
        return self.layer("descriptor.memory", x).unflatten(-1, (self.s.memoryTokens, self.s.width))

    @torch.no_grad()
    def write(self, x, noise, soft):
        """Symbols (R, L, K) position by position; noise (R, L, K) or None; soft temperature or None."""
        s, w = self.s, self.w
        memory, caches, residual, symbols = self.memory(x), [{} for _ in range(s.descriptorLayers)], x, []
        for j in range(s.length):
            stream = w["descriptor.positions"][j].expand(len(x), -1)
            if j > 0:
                stream = stream + symbols[-1] @ w["descriptor.symbols.weight"]
            if s.descriptor == "residual":
                stream = stream + residual @ w["descriptor.residual.weight"]
            stream = stream[:, None]
            for i in range(s.descriptorLayers):
                stream = self.next_in_block(f"descriptor.block{i}", stream, memory, s.descriptorHeads, caches[i])
            output = self.layer("descriptor.output", self.norm(stream[:, 0]))
            if s.descriptor == "residual":
                codes = w["codes"][j]
                offsets = w["descriptor.preference"][j] - 0.5 * codes.square().sum(1)
                logits = ((residual + output) @ codes.T + offsets) * w["descriptor.sharpness"][j]
            else:
                logits = output
            noisy = logits if noise is None else logits + noise[:, j]
            chosen = F.one_hot(noisy.argmax(-1), s.vocabulary).to(x.dtype) if soft is None else (noisy / soft).softmax(-1)
            symbols.append(chosen)
            if s.descriptor == "residual":
                residual = residual - chosen @ codes
        return torch.stack(symbols, 1)

    def logits(self, x, written):
        s, w = self.s, self.w
        before = F.pad(written[:, :-1], (0, 0, 1, 0))
        stream = before @ w["descriptor.symbols.weight"] + w["descriptor.positions"]
        if s.descriptor == "residual":
            with torch.no_grad():
                used = torch.einsum("rlk,lkz->rlz", written, w["codes"])
                residuals = x[:, None] - (used.cumsum(1) - used)
            stream = stream + residuals @ w["descriptor.residual.weight"]
        memory = self.memory(x)
        for i in range(s.descriptorLayers):
            stream = self.block(f"descriptor.block{i}", stream, memory, s.descriptorHeads)
        output = self.layer("descriptor.output", self.norm(stream))
        if s.descriptor != "residual":
            return output
        codes = w["codes"]
        offsets = w["descriptor.preference"][:, 0] - 0.5 * codes.square().sum(2)
        return (torch.einsum("rlz,lkz->rlk", residuals + output, codes) + offsets) * w["descriptor.sharpness"][:, 0]

    def interpret(self, symbols):
        s, w = self.s, self.w
        stream = symbols @ w["interpreter.symbols.weight"]
        if s.descriptor == "residual":
            sums = torch.einsum("rlk,lkz->rlz", symbols, w["codes"]).cumsum(1)
            stream = stream + sums @ w["interpreter.sums.weight"]
        stream = stream + w["interpreter.positions"]
        for i in range(s.interpreterLayers):
            stream = self.block(f"interpreter.block{i}", stream, None, s.interpreterHeads)
        output = self.layer("interpreter.output", self.norm(stream))
        return sums + output if s.descriptor == "residual" else output

    def project(self, name, x):
        for i in range(2):
            x = F.gelu(self.layer(f"{name}.layer{i}", x))
        x = F.normalize(self.layer(f"{name}.layer2", x), dim=-1)
        return x @ F.normalize(self.w[f"{name}.last.weight"], dim=0)

    def others(self, x, views):
        by_view = x.unflatten(0, (views, -1))
        return ((by_view.sum(0) - by_view) / (views - 1)).flatten(0, 1)

    def loss(self, x, noise, o: Settings):
        """The scalar loss of normalised features (R, C), and the mean of the teacher's outputs for the centre."""
        s = self.s
        written = self.write(x, noise, None if o.straightThrough else o.gumbelTemperature)
        soft = ((self.logits(x, written) + noise) / o.gumbelTemperature).softmax(-1)
        symbols = written + soft - soft.detach() if o.straightThrough else soft
        embeddings = self.interpret(symbols)
        weights = o.prefixWeight ** torch.arange(1, s.length + 1, dtype=x.dtype)
        weights = weights / weights.sum()
        with torch.no_grad():
            outputs = self.project("teacher", x)
            targets = ((outputs - self.w["teacher.centre"]) / o.teacherTemperature).softmax(-1)
            directions = x
            if o.crossView:
                targets, directions = self.others(targets, o.views), self.others(x, o.views)
        log_p = (self.project("projector", embeddings) / o.studentTemperature).log_softmax(-1)
        entropies = -(targets[:, None] * log_p).sum(-1)  # (R, L)
        cosines = F.cosine_similarity(embeddings, directions[:, None], dim=-1)
        by_row = o.projectionWeight * entropies + o.alignmentWeight * (1 - cosines)
        return (by_row @ weights).mean(), outputs.mean(0)

    def trained(self):
        """Names of the weights with a gradient."""
        fixed = ("feature.", "teacher.", "descriptor.sharpness")
        return [name for name in self.w if not name.startswith(fixed)]


def optimizer_for(twin: Twin, learning_rate, weight_decay):
    """AdamW with decay on matrices alone, PyTorch's fused implementation."""
    named = {name: twin.w[name].requires_grad_(True) for name in twin.trained()}
    matrices = [p for name, p in named.items() if name.endswith(".weight")]
    plain = [p for name, p in named.items() if not name.endswith(".weight")]
    groups = [{"params": matrices, "weight_decay": weight_decay}, {"params": plain, "weight_decay": 0.0}]
    return torch.optim.AdamW(groups, lr=learning_rate, fused=True)


def training_step(twin: Twin, optimizer, x, noise, o: Settings, clip, teacher_momentum, centre_momentum):
    loss, teacher_mean = twin.loss(x, noise, o)
    optimizer.zero_grad(set_to_none=True)
    loss.backward()
    if clip > 0:
        torch.nn.utils.clip_grad_norm_([p for group in optimizer.param_groups for p in group["params"]], clip)
    optimizer.step()
    with torch.no_grad():
        for name in twin.w:
            if name.startswith("projector."):
                twin.w["teacher." + name[len("projector.") :]].lerp_(twin.w[name], 1 - teacher_momentum)
        twin.w["teacher.centre"].lerp_(teacher_mean, 1 - centre_momentum)
    return float(loss.detach())
