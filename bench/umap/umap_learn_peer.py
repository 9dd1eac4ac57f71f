"""umap-learn, asked through lines on standard input: a JSON request first, then `run` as often as wanted."""
import json
import os
import sys
import time
import warnings

request = json.loads(sys.stdin.readline())
os.environ["NUMBA_NUM_THREADS"] = os.environ["OMP_NUM_THREADS"] = str(request["threads"])
warnings.filterwarnings("ignore")

import numpy as np  # noqa: E402 (reads the number of threads when it is imported)
import umap  # noqa: E402

rows = np.fromfile(request["rows"], dtype=np.float32).reshape(-1, request["width"])
print(json.dumps({"version": f"umap-learn {umap.__version__}"}), flush=True)
for _ in sys.stdin:
    start = time.perf_counter()
    points = umap.UMAP(n_neighbors=15, metric="cosine", n_jobs=request["threads"]).fit_transform(rows)
    seconds = time.perf_counter() - start
    points.astype(np.float32).tofile(request["points"])
    print(json.dumps({"seconds": seconds}), flush=True)
