"""What describe.py of an exported run makes of image files, as JSON: python same_symbols.py FOLDER OUT.json IMAGE ..."""
import importlib.util
import json
import sys

import numpy as np

folder, out, *files = sys.argv[1:]
spec = importlib.util.spec_from_file_location("describe", f"{folder}/describe.py")
program = importlib.util.module_from_spec(spec)
spec.loader.exec_module(program)
describer = program.Describer(folder)
symbols, probabilities = describer.write(*describer.features(files))
ordered = np.sort(probabilities, axis=2)
answer = {
    "symbols": symbols.tolist(),
    "gaps": (ordered[..., -1] - ordered[..., -2]).tolist(),
    "embeddings": describer.embed(symbols)[:, -1].tolist(),
}
with open(out, "w", encoding="utf-8") as file:
    json.dump(answer, file)
