"""Every kernel of src-main/model (kernels.ts, code-kernels.ts, symbol-losses.ts) by its formula in PyTorch, with autograd
for the gradients. Activations are matrices whose rows are ordered by position first, as there: row j·R + r is position j
of sequence r.
"""
import math

import torch
import torch.nn.functional as F

from pytorch_training import similarity_loss
from pytorch_twin import rotated

L, R, K, E, D, M, HEADS = 4, 3, 5, 6, 8, 2, 2  # positions, sequences, symbols, widths, memory tokens, heads


def by_sequence(x):
    """(n·R, D) -> (R, H, n, D/H)."""
    return x.view(len(x) // R, R, HEADS, -1).permute(1, 2, 0, 3)


def by_position(x):
    return x.permute(2, 0, 1, 3).flatten(2).flatten(0, 1)


def attention(qkv, causal):
    q, k, v = (by_sequence(t) for t in qkv.chunk(3, -1))
    return by_position(F.scaled_dot_product_attention(q, k, v, is_causal=causal))


def cross_attention(queries, memory):
    k, v = (by_sequence(t) for t in memory.chunk(2, -1))
    return by_position(F.scaled_dot_product_attention(by_sequence(queries), k, v))


def code_scores(queries, codes, preference, sharpness):
    distances = torch.cdist(queries, codes).square()  # |q − e|² = |q|² − 2 (q·e − ½|e|²)
    nearness = 0.5 * (queries.square().sum(-1, keepdim=True) - distances)
    return sharpness * (nearness if preference is None else nearness + preference)


def soft_symbols(logits, temperature, noise=None, hard=None):
    soft = ((logits if noise is None else logits + noise) / temperature).softmax(-1)
    return soft if hard is None else hard + soft - soft.detach()


def chosen(queries, codes, symbols, gradient):
    e = (symbols @ codes).detach()
    return rotated(queries, e) if gradient == "rotation" else queries + (e - queries).detach()


def quantization_loss(queries, codes, symbols, codebook, commitment):
    e = symbols @ codes
    loss = commitment * F.mse_loss(queries, e.detach())
    return loss + codebook * F.mse_loss(e, queries.detach()) if codebook > 0 else loss


def uneven_use(logits):
    mean = logits.softmax(-1).mean(1)
    return (math.log(K) - torch.special.entr(mean).sum(-1)).mean()


def cases(random: torch.Generator):
    """Of each case: name, inputs with a gradient, constants, and the function of both."""

    def n(*shape):
        return torch.randn(shape, generator=random)

    def one_hot(*shape):
        return F.one_hot(torch.randint(K, shape, generator=random), K).double()

    def distributions(*shape):
        return n(*shape).softmax(-1)

    row_weights = n(L * R, 1).abs()
    hard = one_hot(L, R)
    temperature = torch.tensor(0.6)
    sharpness = n(L, 1, 1).abs() + 0.2
    triangle = torch.ones(L, L).tril()
    projected = lambda x, w, targets, weights, reduction="sum": (weights[:, 0] * F.cross_entropy(x @ w / 0.1, targets, reduction="none")).sum()
    aligned = lambda x, targets, weights: (weights[:, 0] * (1 - F.cosine_similarity(x, targets))).sum()
    return [
        ("linear", [n(R, D), n(D, E), n(E)], [], lambda x, w, b: F.linear(x, w.T, b)),
        ("linear without bias", [n(R, D), n(D, E)], [], lambda x, w: x @ w),
        ("add", [n(R, D), n(R, D)], [], torch.add),
        ("subtract", [n(R, D), n(R, D)], [], torch.sub),
        ("reshape", [n(R, D)], [], lambda x: x.reshape(D, R)),
        ("addByPosition", [n(L, R, D), n(L, D)], [], lambda x, b: x + b[:, None]),
        ("productByPosition", [n(L, R, D), n(L, D, E)], [], torch.bmm),
        ("productByPosition, transposed", [n(L, R, D), n(L, E, D)], [], lambda a, b: a @ b.mT),
        ("mixPositions", [n(L, R, D)], [triangle], lambda x, m: x.cumsum(0)),
        ("firstPositions", [n(L, R, D)], [], lambda x: x[:2]),
        ("rowsOf", [n(L * R, D)], [], lambda x: x[2:5]),
        ("joinRows", [n(2, D), n(1, D), n(3, D)], [], lambda *parts: torch.cat(parts)),
        ("rowsByPosition", [n(R, M * D)], [], lambda x: x.unflatten(1, (M, D)).transpose(0, 1).flatten(0, 1)),
        ("codeScores", [n(L, R, E), n(L, K, E), n(L, 1, K)], [sharpness], lambda q, c, p, s: code_scores(q, c, p, s)),
        ("codeScores without preference", [n(L, R, E), n(L, K, E)], [sharpness], lambda q, c, s: code_scores(q, c, None, s)),
        ("layerNorm", [n(R, D) + 0.5], [], lambda x: F.layer_norm(x, (D,))),
        ("gelu", [2 * n(R, D)], [], F.gelu),
        ("unitRows", [n(R, D)], [], lambda x: F.normalize(x, dim=1)),
        ("unitColumns", [n(R, D)], [], lambda x: F.normalize(x, dim=0)),
        ("selfAttention, causal", [n(L * R, 3 * D)], [], lambda x: attention(x, True)),
        ("selfAttention, bidirectional", [n(L * R, 3 * D)], [], lambda x: attention(x, False)),
        ("crossAttention", [n(L * R, D), n(M * R, 2 * D)], [], cross_attention),
        ("softSymbols", [n(L, R, K)], [temperature], soft_symbols),
        ("softSymbols with noise", [n(L, R, K)], [temperature, n(L, R, K)], soft_symbols),
        ("softSymbols, straight-through", [n(L, R, K)], [temperature, n(L, R, K), hard], soft_symbols),
        ("chosenCodes, straight-through", [n(L, R, E)], [n(L, K, E), hard], lambda q, c, h: chosen(q, c, h, "straight-through")),
        ("chosenCodes, rotation", [n(L, R, E)], [n(L, K, E), hard], lambda q, c, h: chosen(q, c, h, "rotation")),
        ("quantizationLoss", [n(L, R, E), n(L, K, E)], [hard], lambda q, c, h: quantization_loss(q, c, h, 1, 0.25)),
        ("quantizationLoss, commitment alone", [n(L, R, E)], [n(L, K, E), hard], lambda q, c, h: quantization_loss(q, c, h, 0, 0.25)),
        ("unevenUse", [2 * n(L, R, K)], [], uneven_use),
        ("symbolCrossEntropy", [n(L, R, K)], [one_hot(L, R)], lambda x, t: F.cross_entropy(x.flatten(0, 1), t.flatten(0, 1))),
        ("projectedCrossEntropy", [n(L * R, E), n(E, 7)], [distributions(L * R, 7), row_weights], projected),
        ("cosineDistance", [n(L * R, D)], [F.normalize(n(L * R, D), dim=1), row_weights], aligned),
        ("similarityLoss", [F.normalize(n(R + 2, E), dim=1)], [F.normalize(n(R + 2, D), dim=1)], similarity_loss),
        ("weightedSum", [n(), n()], [], lambda a, b: 2 * a - 0.5 * b),
    ]


def measured():
    """Inputs, constants, the gradient given to the output, the output and the gradients of the inputs, by name."""
    random = torch.Generator().manual_seed(5)
    out = {}
    for name, inputs, constants, function in cases(random):
        inputs, constants = ([t.float().double() for t in tensors] for tensors in (inputs, constants))  # as the fixture stores them
        for tensor in inputs:
            tensor.requires_grad_(True)
        output = function(*inputs, *constants)
        given = torch.randn(output.shape, generator=random).float().double()
        gradients = torch.autograd.grad(output, inputs, given)
        parts = {"input": inputs, "constant": constants, "given": [given], "output": [output], "gradient": gradients}
        out |= {f"{name}/{part}{i}": tensor for part, tensors in parts.items() for i, tensor in enumerate(tensors)}
    return out
