"""The student of src-main/model and its loss in PyTorch, written from the formulas as one would write them there, with
autograd for every gradient: the source of the fixtures in test/pytorch-twin and the peer of the training-step benchmark.

Weights are a dict of the same names as in the product. Rows are ordered by view first. Symbols, scores and embeddings
are (R, L, ·) here.
"""
import math
from dataclasses import dataclass

import torch
import torch.nn.functional as F


@dataclass
class Shape:
    """StudentShape of src-main/model/shapes.ts."""

    quantizer: str
    codebookUpdate: str
    vocabulary: int
    length: int
    descriptor: str
    width: int
    descriptorLayers: int
    descriptorHeads: int
    memoryTokens: int
    interpreterLayers: int
    interpreterHeads: int
    interpreterAttention: str
    projectorOutputs: int
    projectorHidden: int
    projectorBottleneck: int
    featureWidth: int
    featureTokens: int
    tokenWidth: int
    channels: int
    mapHidden: int
    readoutHidden: int
    codeWidth: int


@dataclass
class Settings:
    """What decides the loss, besides the shape: fields of the training config, the two temperatures as of the step."""

    views: int
    quantizerTemperature: float
    straightThrough: bool
    vectorGradient: str
    commitmentWeight: float
    prefixWeight: float
    prefixLoss: bool
    projectionWeight: float
    alignmentWeight: float
    diversityWeight: float
    crossView: bool
    studentTemperature: float
    teacherTemperature: float
    imitationWeight: float = 0.0


@dataclass
class Loss:
    total: torch.Tensor
    by_row: torch.Tensor  # of each row after each prefix, before the prefix weights (R, L)
    entropies: torch.Tensor | None  # H(p_t, p_s), (R, L)
    targets: torch.Tensor | None  # p_t as the student saw them (R, P)
    teacher_mean: torch.Tensor | None  # mean of the teacher's outputs (P)
    written: torch.Tensor  # (R, L, K)
    scores: torch.Tensor  # what they were chosen by, with noise (R, L, K)
    queries: torch.Tensor | None  # (R, L, E)


class Twin:
    def __init__(self, shape: Shape, weights: dict):
        self.s = shape
        self.w = weights
        self.residual = shape.descriptor == "residual"
        self.vector = shape.quantizer == "vector"

    def trained(self):
        """Names of the weights with a gradient."""
        fixed = ["feature.", "teacher.", "descriptor.sharpness", "codebook.", "imitation."]
        if self.vector and self.s.codebookUpdate == "average":
            fixed.append("codes")
        return [name for name in self.w if not name.startswith(tuple(fixed))]

    # ---- layers

    def layer(self, name, x):
        return F.linear(x, self.w[f"{name}.weight"].T, self.w[f"{name}.bias"])

    def heads(self, x, heads):  # (R, L, D) -> (R, H, L, D/H)
        return x.unflatten(-1, (heads, -1)).transpose(1, 2)

    def norm(self, x):
        return F.layer_norm(x, x.shape[-1:])

    def attend(self, q, k, v, causal=False):  # (R, H, L, D/H) -> (R, L, D)
        return F.scaled_dot_product_attention(q, k, v, is_causal=causal).transpose(1, 2).flatten(2)

    def mlp(self, name, x):
        return x + self.layer(f"{name}.mlp.output", F.gelu(self.layer(f"{name}.mlp.hidden", self.norm(x))))

    def qkv(self, name, x, heads):
        return [self.heads(t, heads) for t in self.layer(f"{name}.attention.input", self.norm(x)).chunk(3, -1)]

    def look(self, name, x, keys, values, heads):
        q = self.heads(self.layer(f"{name}.memory.query", self.norm(x)), heads)
        return x + self.layer(f"{name}.memory.output", self.attend(q, keys, values))

    def keys_values(self, name, memory, heads):
        return [self.heads(t, heads) for t in self.layer(f"{name}.memory.input", memory).chunk(2, -1)]

    def block(self, name, x, memory, heads, causal):
        x = x + self.layer(f"{name}.attention.output", self.attend(*self.qkv(name, x, heads), causal))
        if memory is not None:
            x = self.look(name, x, *self.keys_values(name, memory, heads), heads)
        return self.mlp(name, x)

    def next_in_block(self, name, x, memory, heads, cache):
        """The causal block for one more position (R, 1, D), with keys and values kept."""
        q, k, v = self.qkv(name, x, heads)
        if "k" in cache:
            k, v = torch.cat([cache["k"], k], 2), torch.cat([cache["v"], v], 2)
        cache["k"], cache["v"] = k, v
        x = x + self.layer(f"{name}.attention.output", self.attend(q, k, v))
        if "memory" not in cache:
            cache["memory"] = self.keys_values(name, memory, heads)
        return self.mlp(name, self.look(name, x, *cache["memory"], heads))

    # ---- descriptor

    def normalise(self, features):
        """Teacher features (R, Z) as the student sees them (R, C)."""
        mapped = (F.normalize(features, dim=1) - self.w["feature.mean"]) @ self.w["feature.map"]
        if self.s.mapHidden == 0:
            return mapped
        return math.sqrt(self.s.channels) * F.normalize(self.neighbour_map("feature.", mapped) - self.w["feature.centre"], dim=1)

    def neighbour_map(self, prefix, a):
        hidden = a
        for i in range(2):
            hidden = self.norm(F.gelu(self.layer(f"{prefix}layer{i}", hidden)))
        return a @ self.w[f"{prefix}linear.weight"] + self.layer(f"{prefix}layer2", hidden)

    def memory(self, x, tokens):
        """(R, M, D): the teacher's tokens (R, N, T) where there are some, else the feature split."""
        if self.s.featureTokens > 0:
            return self.layer("descriptor.memory", self.norm(tokens))
        return self.layer("descriptor.memory", x).unflatten(-1, (self.s.memoryTokens, self.s.width))

    def scores_of(self, queries, j=slice(None)):
        """sharpness · (q·e − ½|e|² + preference): how near each code is. Queries (R, E) of position j, or (R, L, E)."""
        codes = self.w["codes"][j]
        offsets = -0.5 * codes.square().sum(-1)
        if not self.vector:
            offsets = offsets + self.w["descriptor.preference"][j].squeeze(-2)
        product = torch.einsum("re,ke->rk" if codes.dim() == 2 else "rle,lke->rlk", queries, codes)
        return (product + offsets) * self.w["descriptor.sharpness"][j].squeeze(-1)

    def choose(self, noisy, soft):
        return F.one_hot(noisy.argmax(-1), self.s.vocabulary).to(noisy.dtype) if soft is None else (noisy / soft).softmax(-1)

    @torch.no_grad()
    def write(self, x, noise=None, soft=None, tokens=None):
        """Symbols (R, L, K) position by position; noise (R, L, K) or None, soft a temperature or None."""
        s, w = self.s, self.w
        if s.descriptor == "parallel":
            return self.choose(added(self.scores(x, None, tokens)[0], noise), soft)
        memory, caches, left, symbols = self.memory(x, tokens), [{} for _ in range(s.descriptorLayers)], x, []
        for j in range(s.length):
            stream = w["descriptor.positions"][j].expand(len(x), -1)
            if j > 0:
                stream = stream + symbols[-1] @ w["descriptor.symbols.weight"]
            if self.residual:
                stream = stream + left @ w["descriptor.residual.weight"]
            stream = stream[:, None]
            for i in range(s.descriptorLayers):
                stream = self.next_in_block(f"descriptor.block{i}", stream, memory, s.descriptorHeads, caches[i])
            output = self.layer("descriptor.output", self.norm(stream[:, 0]))
            logits = self.scores_of(left + output if self.residual else output, j) if s.codeWidth > 0 else output
            symbols.append(self.choose(added(logits, None if noise is None else noise[:, j]), soft))
            if self.residual:
                left = left - symbols[-1] @ w["codes"][j]
        return torch.stack(symbols, 1)

    def scores(self, x, written, tokens=None):
        """Logits (R, L, K) of all positions given the symbols before, and queries (R, L, E) where symbols have codes."""
        s, w = self.s, self.w
        stream = w["descriptor.positions"].expand(len(x), -1, -1)
        if s.descriptor != "parallel":
            stream = stream + F.pad(written[:, :-1], (0, 0, 1, 0)) @ w["descriptor.symbols.weight"]
        if self.residual:
            with torch.no_grad():
                used = torch.einsum("rlk,lke->rle", written, w["codes"])
                left = x[:, None] - (used.cumsum(1) - used)
            stream = stream + left @ w["descriptor.residual.weight"]
        memory = self.memory(x, tokens)
        for i in range(s.descriptorLayers):
            stream = self.block(f"descriptor.block{i}", stream, memory, s.descriptorHeads, causal=s.descriptor != "parallel")
        output = self.layer("descriptor.output", self.norm(stream))
        if s.codeWidth == 0:
            return output, None
        queries = left + output if self.residual else output
        return self.scores_of(queries), queries

    # ---- quantizers: symbols (R, L, K), their code vectors (R, L, E) or None, and a loss

    def quantize(self, logits, queries, written, noise, o: Settings):
        if self.vector:
            codes = torch.einsum("rlk,lke->rle", written, self.w["codes"])
            loss = o.commitmentWeight * F.mse_loss(queries, codes.detach())
            if self.s.codebookUpdate == "gradient":
                loss = loss + F.mse_loss(codes, queries.detach())
            codes = codes.detach()
            vectors = rotated(queries, codes) if o.vectorGradient == "rotation" else queries + (codes - queries).detach()
            return written, vectors, loss
        soft = (added(logits, noise) / o.quantizerTemperature).softmax(-1)
        symbols = written + soft - soft.detach() if o.straightThrough else soft
        return symbols, torch.einsum("rlk,lke->rle", symbols, self.w["codes"]) if self.s.codeWidth > 0 else None, 0

    # ---- interpreter and projectors

    def interpret(self, symbols, vectors):
        """Embeddings (R, L, C) after each prefix."""
        s, w = self.s, self.w
        stream = vectors @ w["interpreter.codes.weight"] if self.vector and not self.residual else symbols @ w["interpreter.symbols.weight"]
        if self.residual:
            sums = vectors.cumsum(1)
            stream = stream + sums @ w["interpreter.sums.weight"]
        stream = stream + w["interpreter.positions"]
        if s.interpreterAttention == "causal":
            read = self.through(stream, True)
        else:
            read = torch.stack([self.through(stream[:, : j + 1], False)[:, -1] for j in range(s.length)], 1)
        output = self.layer("interpreter.output", self.norm(read))
        return sums + output if self.residual else output

    def through(self, stream, causal):
        for i in range(self.s.interpreterLayers):
            stream = self.block(f"interpreter.block{i}", stream, None, self.s.interpreterHeads, causal)
        return stream

    def project(self, name, x):
        for i in range(2):
            x = F.gelu(self.layer(f"{name}.layer{i}", x))
        x = F.normalize(self.layer(f"{name}.layer2", x), dim=-1)
        return x @ F.normalize(self.w[f"{name}.last.weight"], dim=0)

    # ---- loss

    def others(self, x, views):
        """For each row the mean over the other views of its image."""
        by_view = x.unflatten(0, (views, -1))
        return ((by_view.sum(0) - by_view) / (views - 1)).flatten(0, 1)

    def imitated(self, x):
        """Numbers of the residual k-means codes of x: (R, L)."""
        numbers, left = [], x
        for codes in self.w["imitation.codes"]:
            numbers.append(torch.cdist(left, codes).argmin(1))
            left = left - codes[numbers[-1]]
        return torch.stack(numbers, 1)

    def loss(self, x, noise, o: Settings, tokens=None) -> Loss:
        """Of normalised features (R, C), with the noise (R, L, K) that is added to the logits, or None, and tokens (R, N, T)."""
        s = self.s
        soft = None if self.vector or o.straightThrough else o.quantizerTemperature
        written = self.write(x, noise, soft, tokens)
        logits, queries = self.scores(x, written, tokens)
        symbols, vectors, total = self.quantize(logits, queries, written, noise, o)
        embeddings = self.interpret(symbols, vectors)
        by_row = torch.zeros(len(x), s.length, dtype=x.dtype)
        entropies = targets = teacher_mean = None
        if o.projectionWeight > 0:
            with torch.no_grad():
                outputs = self.project("teacher", x)
                targets = ((outputs - self.w["teacher.centre"]) / o.teacherTemperature).softmax(-1)
                targets = self.others(targets, o.views) if o.crossView else targets
                teacher_mean = outputs.mean(0)
            student = self.project("projector", embeddings) / o.studentTemperature
            entropies = F.cross_entropy(student.flatten(0, 1), targets.repeat_interleave(s.length, 0), reduction="none").unflatten(0, (-1, s.length))
            by_row = by_row + o.projectionWeight * entropies
        if o.alignmentWeight > 0:
            directions = self.others(x, o.views) if o.crossView else x
            by_row = by_row + o.alignmentWeight * (1 - F.cosine_similarity(embeddings, directions[:, None], dim=-1))
        total = total + (by_row @ prefix_weights(o, s.length, x.dtype)).mean()
        if o.diversityWeight > 0:
            mean = logits.softmax(-1).mean(0)  # (L, K)
            total = total + o.diversityWeight * (math.log(s.vocabulary) - torch.special.entr(mean).sum(-1)).mean()
        if o.imitationWeight > 0:
            numbers = self.imitated(x)
            given, _ = self.scores(x, F.one_hot(numbers, s.vocabulary).to(x.dtype), tokens)
            total = total + o.imitationWeight * F.cross_entropy(given.flatten(0, 1), numbers.flatten())
        detach = lambda t: None if t is None else t.detach()
        return Loss(total, by_row.detach(), detach(entropies), targets, teacher_mean, written, added(logits.detach(), noise), detach(queries))


def added(logits, noise):
    return logits if noise is None else logits + noise


def rotated(q, e):
    """The code e as (|e| / |q|)·R·q, factor and rotation R = I − 2 r rᵀ + 2 ê q̂ᵀ constant (Fifty et al. 2024, equation 4)."""
    with torch.no_grad():
        q1, e1 = F.normalize(q, dim=-1), F.normalize(e, dim=-1)
        r = F.normalize(q1 + e1, dim=-1)
        factor = e.norm(dim=-1, keepdim=True) / q.norm(dim=-1, keepdim=True)
    along = lambda a, b: (a * b).sum(-1, keepdim=True)
    return factor * (q - 2 * along(r, q) * r + 2 * along(q1, q) * e1)


def prefix_weights(o: Settings, length, dtype):
    """λ^j, divided by the sum; without prefix loss the full description alone."""
    weights = o.prefixWeight ** torch.arange(1, length + 1, dtype=dtype) if o.prefixLoss else F.one_hot(torch.tensor(length - 1), length).to(dtype)
    return weights / weights.sum()
