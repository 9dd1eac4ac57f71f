"""Writes egg-sample.json: the two attributes that the doctest of EGG's Disent.posdis draws with torch.manual_seed(0),
a digit for each of 1,000 samples. Run: python make_egg_sample.py"""

import json
from pathlib import Path

import torch

torch.manual_seed(0)
digits = [torch.randint(low=0, high=10, size=(1_000, 1)).flatten().tolist() for _ in range(2)]
Path(__file__).with_name("egg-sample.json").write_text(json.dumps(["".join(map(str, row)) for row in digits], indent=1) + "\n")
