"""The bare loop that bench/pipeline/teachers.mjs is compared with: ONNX Runtime on all cores, images decoded and resized by
Pillow, 32 a run. For each line on stdin it encodes all images once and prints the images a second; the first is a warm-up.

    python3 teachers_peer.py MODEL FOLDER THREADS
"""
import pathlib, sys, time

import numpy as np
import onnxruntime
from PIL import Image

model, folder, threads = sys.argv[1:]
options = onnxruntime.SessionOptions()
options.intra_op_num_threads = int(threads)
session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
mean, std = (np.float32(v) for v in ([0.485, 0.456, 0.406], [0.229, 0.224, 0.225]))
files = sorted(pathlib.Path(folder).iterdir())


def load(file):
    image = Image.open(file).convert("RGB").resize((224, 224), Image.BILINEAR)
    return ((np.asarray(image, np.float32) / 255 - mean) / std).transpose(2, 0, 1)


print("ready", flush=True)
for _ in sys.stdin:
    start = time.perf_counter()
    features = [session.run(["last_hidden_state"], {"pixel_values": np.stack([load(f) for f in files[at : at + 32]])})[0][:, 0] for at in range(0, len(files), 32)]
    assert sum(map(len, features)) == len(files)
    print(len(files) / (time.perf_counter() - start), flush=True)
