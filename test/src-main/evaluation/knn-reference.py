"""Writes knn-reference.json: the weighted k-NN of DINO on a small problem, in PyTorch.

The classifier follows facebookresearch/dino, eval_knn.py (knn_classifier): normalise, topk of the product, votes
exp(similarity / T) added up by class, classes sorted by vote. The problem has continuous features, so nothing is tied
at the k-th place, and five classes or more get votes wherever top-5 is counted, so no place goes to a class without a
vote (both are asserted here).  Run: python3 knn-reference.py
"""
import json
import pathlib

import torch

CLASSES, WIDTH, BANK, QUERIES, T = 12, 8, 150, 60, 0.07


def knn_classifier(bank, bank_labels, queries, labels, k):
    similarity = queries @ bank.T
    distances, indices = similarity.topk(k, largest=True, sorted=True)
    neighbours = bank_labels[indices]
    one_hot = torch.nn.functional.one_hot(neighbours, CLASSES).float()
    votes = (one_hot * (distances / T).exp().unsqueeze(2)).sum(1)
    predictions = votes.sort(1, descending=True).indices
    correct = predictions.eq(labels.view(-1, 1))
    settled = ((votes > 0).sum(1) >= 5) | (votes.gather(1, labels.view(-1, 1)).squeeze(1) > 0)
    assert all(row.unique().numel() == row.numel() for row in similarity)
    return {
        'top1': correct[:, :1].float().mean().item(),
        'top5': correct[:, : min(5, k)].any(1).float().mean().item() if settled.all() else None,
    }


def main():
    generator = torch.Generator().manual_seed(3)
    centres = torch.randn(CLASSES, WIDTH, generator=generator)
    bank_labels = torch.randint(0, CLASSES, (BANK,), generator=generator)
    labels = torch.randint(0, CLASSES, (QUERIES,), generator=generator)
    bank = centres[bank_labels] * 0.5 + torch.randn(BANK, WIDTH, generator=generator)
    queries = centres[labels] * 0.5 + torch.randn(QUERIES, WIDTH, generator=generator)
    unit = torch.nn.functional.normalize
    results = {k: knn_classifier(unit(bank, dim=1), bank_labels, unit(queries, dim=1), labels, k) for k in (1, 10, 20, 40, 100)}
    out = {
        'classes': CLASSES, 'width': WIDTH, 'temperature': T,
        'bank': [round(x, 7) for x in bank.flatten().tolist()], 'bankLabels': bank_labels.tolist(),
        'queries': [round(x, 7) for x in queries.flatten().tolist()], 'queryLabels': labels.tolist(),
        'k': {str(k): r for k, r in results.items()},
    }
    path = pathlib.Path(__file__).with_name('knn-reference.json')
    path.write_text(json.dumps(out) + '\n')
    print(path.name, out['k'])


if __name__ == '__main__':
    main()
