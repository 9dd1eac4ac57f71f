"""Close pairs of a described collection by distance of the teacher's features: how many, how many share a label, and how many
agree in their first symbols. It is where the defaults in src-main/contract/curate.ts come from.

    python3 bench/near-duplicates/measure.py --library DIR [--run NAME] [--collection NAME] [--json]

Needs torch and numpy; compares every pair, in about a minute for 60,000 images on two threads.
"""

import argparse
import json
import pathlib
import sqlite3

import numpy as np
import torch

THRESHOLDS = [0.002, 0.004, 0.006, 0.008, 0.01, 0.012, 0.015, 0.02, 0.03, 0.04, 0.05]


def read(library: pathlib.Path, run: str, collection: str):
    """Labels [n], symbols [n, L] and unit features [n, Z] of the images, by id."""
    db = sqlite3.connect(f"file:{library / 'library.sqlite'}?mode=ro", uri=True)
    rows = db.execute(
        """SELECT DISTINCT c.image, c.label, d.symbols FROM collection_images c
           JOIN runs r ON r.name = ? JOIN collections k ON k.name = ? AND k.id = c.collection
           JOIN descriptions d ON d.run = r.id AND d.image = c.image ORDER BY c.image""",
        (run, collection),
    ).fetchall()
    images = np.array([row[0] for row in rows])
    symbols = np.stack([np.frombuffer(row[2], dtype=">u2") for row in rows])
    done = next((library / "features").glob("*/clean.done"))
    flat = np.memmap(done.with_suffix(".f32"), dtype="<f4", mode="r")
    features = torch.tensor(np.array(flat.reshape(done.stat().st_size, -1)[images - 1]))
    return np.array([row[1] or "" for row in rows]), symbols, features / features.norm(dim=1, keepdim=True)


def close_pairs(features: torch.Tensor, most: float, block: int = 2000):
    """Pairs [m, 2] with 1 − cosine of at most `most`, and their distances [m]."""
    pairs, distances = [], []
    for at in range(0, len(features), block):
        cosine = features[at : at + block] @ features[at:].T
        i, j = torch.nonzero(cosine >= 1 - most, as_tuple=True)
        above = j > i
        pairs.append(torch.stack([i[above], j[above]], 1) + at)
        distances.append(1 - cosine[i[above], j[above]])
    return torch.cat(pairs).numpy(), torch.cat(distances).numpy()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--library", type=pathlib.Path, required=True)
    parser.add_argument("--run", default="CIFAR-10, GS 128")
    parser.add_argument("--collection", default="CIFAR-10")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    torch.set_num_threads(2)
    labels, symbols, features = read(given.library, given.run, given.collection)
    pairs, distances = close_pairs(features, THRESHOLDS[-1])
    agree = np.cumprod(symbols[pairs[:, 0]] == symbols[pairs[:, 1]], axis=1)
    table = []
    for threshold in THRESHOLDS:
        near = distances <= threshold
        if not near.any():
            continue
        same = labels[pairs[near, 0]] == labels[pairs[near, 1]]
        table.append({"threshold": threshold, "pairs": int(near.sum()), "sameLabel": float(same.mean()), "agreeInFirst": [float(share) for share in agree[near].mean(0)]})
    if given.json:
        print(json.dumps({"images": len(labels), "table": table}))
        return
    print(f"{len(labels):,} images\nthreshold    pairs  same label  agree in the first 1, 2, … symbols")
    for row in table:
        print(f"{row['threshold']:9.3f} {row['pairs']:8,} {row['sameLabel']:11.1%}  " + " ".join(f"{share:5.1%}" for share in row["agreeInFirst"]))


if __name__ == "__main__":
    main()
