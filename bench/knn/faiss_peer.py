"""faiss's exact index, asked through lines on standard input: a JSON request first, then `run` as often as wanted."""
import json
import sys
import time

import faiss
import numpy as np

request = json.loads(sys.stdin.readline())
width, k = request["width"], request["k"]
bank = np.fromfile(request["bank"], dtype=np.float32).reshape(-1, width)
queries = np.fromfile(request["queries"], dtype=np.float32).reshape(-1, width)
faiss.omp_set_num_threads(request["threads"])
index = faiss.IndexFlatIP(width)
index.add(bank)
print(json.dumps({"version": faiss.__version__}), flush=True)
for _ in sys.stdin:
    start = time.perf_counter()
    similarities, rows = index.search(queries, k)
    seconds = time.perf_counter() - start
    rows.astype(np.int32).tofile(request["rows"])
    similarities.tofile(request["similarities"])
    print(json.dumps({"seconds": seconds}), flush=True)
