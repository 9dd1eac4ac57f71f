"""Vision transformers of the hub's graphs with random weights, as folders in the hub's ONNX layout.

    pip install torch onnx onnxscript onnxruntime numpy pillow
    python make_vit.py fixtures          writes the small ones beside this file, with what ONNX Runtime gives for the images
    python make_vit.py full FOLDER       writes ViT-S/16 and ViT-B/16 of full size into FOLDER, for bench/pipeline/teachers.mjs

The graphs are those of google/vit-base-patch16-224, facebook/dino-vits16, facebook/dinov2-small (layer scale, register
tokens, positions interpolated to the size of the image) and openai/clip-vit-base-patch32's image half: inputs
`pixel_values` [B, 3, H, W], outputs `last_hidden_state` [B, 1 + registers + patches, Z] with `pooler_output` [B, Z], or
`image_embeds`. Preprocessing is written out with Pillow as the hub's processors do it (ViTImageProcessor, BitImageProcessor,
CLIPImageProcessor): resize, centre crop, 0 to 1, mean and standard deviation.
"""
import argparse, json, pathlib

import numpy as np
import onnxruntime
import torch
import torch.nn as nn
import torch.nn.functional as F
from PIL import Image

HERE = pathlib.Path(__file__).parent
IMAGENET = dict(image_mean=[0.485, 0.456, 0.406], image_std=[0.229, 0.224, 0.225])
HALF = dict(image_mean=[0.5, 0.5, 0.5], image_std=[0.5, 0.5, 0.5])


class Layer(nn.Module):
    """Pre-norm block: x + A(norm x), then x + MLP(norm x), each scaled per channel where `scaled` (DINOv2)."""

    def __init__(self, width, heads, scaled):
        super().__init__()
        self.heads = heads
        self.norm1, self.norm2 = nn.LayerNorm(width, eps=1e-6), nn.LayerNorm(width, eps=1e-6)
        self.query, self.key, self.value, self.out = (nn.Linear(width, width) for _ in range(4))
        self.up, self.down = nn.Linear(width, 4 * width), nn.Linear(4 * width, width)
        self.scale1, self.scale2 = (nn.Parameter(torch.rand(width)) if scaled else None for _ in range(2))

    def forward(self, x):  # [B, S, Z]
        B, S, Z = x.shape
        h = self.norm1(x)
        split = lambda t: t.reshape(B, S, self.heads, Z // self.heads).transpose(1, 2)
        q, k, v = split(self.query(h)), split(self.key(h)), split(self.value(h))
        weights = torch.softmax(q @ k.transpose(-1, -2) / (Z // self.heads) ** 0.5, dim=-1)
        h = self.out((weights @ v).transpose(1, 2).reshape(B, S, Z))
        x = x + (h if self.scale1 is None else self.scale1 * h)
        h = self.down(F.gelu(self.up(self.norm2(x))))
        return x + (h if self.scale2 is None else self.scale2 * h)


class VisionTransformer(nn.Module):
    def __init__(self, width, layers, heads, patch, grid, registers=0, scaled=False, interpolated=False, pooled=True, projected=0):
        super().__init__()
        self.patch, self.grid, self.interpolated = patch, grid, interpolated
        self.embed = nn.Conv2d(3, width, patch, patch)
        self.first = nn.Parameter(torch.randn(1, 1, width))
        self.registers = nn.Parameter(torch.randn(1, registers, width)) if registers else None
        self.positions = nn.Parameter(0.5 * torch.randn(1, 1 + grid * grid, width))
        self.layers = nn.ModuleList(Layer(width, heads, scaled) for _ in range(layers))
        self.norm = nn.LayerNorm(width, eps=1e-6)
        self.pooler = nn.Linear(width, width) if pooled else None
        self.projection = nn.Linear(width, projected, bias=False) if projected else None

    def place(self, x):
        """Positions of the patches; DINOv2 interpolates its table (bicubic) to the grid that the image has."""
        if not self.interpolated:
            return self.positions
        first, table = self.positions[:, :1], self.positions[:, 1:]
        table = table.reshape(1, self.grid, self.grid, -1).permute(0, 3, 1, 2)
        table = F.interpolate(table, size=(x.shape[2] // self.patch, x.shape[3] // self.patch), mode="bicubic", align_corners=False)
        return torch.cat([first, table.permute(0, 2, 3, 1).reshape(1, -1, first.shape[-1])], dim=1)

    def forward(self, pixel_values):  # [B, 3, H, W]
        patches = self.embed(pixel_values).flatten(2).transpose(1, 2)
        B = patches.shape[0]
        x = torch.cat([self.first.expand(B, -1, -1), patches], dim=1) + self.place(pixel_values)
        if self.registers is not None:
            x = torch.cat([x[:, :1], self.registers.expand(B, -1, -1), x[:, 1:]], dim=1)
        for layer in self.layers:
            x = layer(x)
        hidden = self.norm(x)
        if self.projection is not None:
            return self.projection(hidden[:, 0]), hidden
        return (hidden, torch.tanh(self.pooler(hidden[:, 0]))) if self.pooler is not None else (hidden,)


def write(folder, model, size, outputs, config, processor, model_file="onnx/model.onnx"):
    """One folder as the hub has it."""
    (folder / "onnx").mkdir(parents=True, exist_ok=True)
    names = {"pixel_values": {0: "batch_size", 2: "height", 3: "width"}, **{name: {0: "batch_size", 1: "sequence_length"} if name == "last_hidden_state" else {0: "batch_size"} for name in outputs}}
    if not model.interpolated:
        names["pixel_values"] = {0: "batch_size"}
    torch.onnx.export(model.eval(), (torch.zeros(2, 3, size, size),), str(folder / model_file), input_names=["pixel_values"], output_names=outputs, dynamic_axes=names, opset_version=17, dynamo=False)
    (folder / "config.json").write_text(json.dumps(config, indent=1) + "\n")
    (folder / "preprocessor_config.json").write_text(json.dumps(processor, indent=1) + "\n")


def preprocess(image, processor):
    """As the hub's processors do. @returns [3, H, W]"""
    size, crop = processor["size"], processor.get("crop_size")
    shortest = size["shortest_edge"] if isinstance(size, dict) and "shortest_edge" in size else size if processor.get("do_center_crop") and isinstance(size, int) else None
    w, h = image.size
    if shortest:
        short, long = min(w, h), int(shortest * max(w, h) / min(w, h))
        image = image.resize((shortest, long) if w <= h else (long, shortest), processor["resample"])
    else:
        side = (size, size) if isinstance(size, int) else (size["width"], size["height"])
        image = image.resize(side, processor["resample"])
    if processor.get("do_center_crop"):
        ch, cw = (crop, crop) if isinstance(crop, int) else (crop["height"], crop["width"])
        left, top = (image.size[0] - cw) // 2, (image.size[1] - ch) // 2
        image = image.crop((left, top, left + cw, top + ch))
    pixels = np.asarray(image, np.float32) * np.float32(1 / 255)
    return ((pixels - np.float32(processor["image_mean"])) / np.float32(processor["image_std"])).transpose(2, 0, 1)


def images():
    """Two pictures of smooth waves that nothing here resizes alike: one wide, one high."""
    made = {}
    for name, w, h in (("wide.png", 90, 60), ("high.png", 47, 71)):
        y, x = np.mgrid[0:h, 0:w].astype(np.float32)
        planes = [127.5 + 110 * np.sin(x / (5 + 3 * c) + c) * np.cos(y / (7 - c) - c) for c in range(3)]
        made[name] = Image.fromarray(np.stack(planes, -1).round().astype(np.uint8))
        made[name].save(HERE / name)
    return made


def fixtures():
    torch.manual_seed(5)
    vit = dict(hidden_size=24, num_hidden_layers=2, num_attention_heads=3, patch_size=8)
    write(HERE / "vit-tiny", VisionTransformer(24, 2, 3, 8, 4), 32, ["last_hidden_state", "pooler_output"],
          dict(model_type="vit", architectures=["ViTModel"], image_size=32, **vit),
          dict(do_normalize=True, do_rescale=True, do_resize=True, image_processor_type="ViTImageProcessor", resample=2, rescale_factor=1 / 255, size=dict(height=32, width=32), **HALF))
    write(HERE / "dino-tiny", VisionTransformer(24, 2, 3, 8, 4), 32, ["last_hidden_state", "pooler_output"],
          dict(model_type="vit", architectures=["ViTModel"], image_size=32, **vit),
          dict(do_normalize=True, do_resize=True, feature_extractor_type="ViTFeatureExtractor", resample=3, size=32, **IMAGENET))
    write(HERE / "dinov2-tiny", VisionTransformer(24, 2, 3, 8, 8, registers=2, scaled=True, interpolated=True, pooled=False), 48, ["last_hidden_state"],
          dict(model_type="dinov2_with_registers", architectures=["Dinov2WithRegistersModel"], image_size=64, num_register_tokens=2, **vit),
          dict(crop_size=dict(height=48, width=48), do_center_crop=True, do_normalize=True, do_rescale=True, do_resize=True, image_processor_type="BitImageProcessor", resample=3, rescale_factor=1 / 255, size=dict(shortest_edge=56), **IMAGENET))
    write(HERE / "clip-tiny", VisionTransformer(24, 2, 3, 8, 4, projected=16), 32, ["image_embeds", "last_hidden_state"],
          dict(model_type="clip", architectures=["CLIPModel"], vision_config=dict(image_size=32, **vit)),
          dict(crop_size=32, do_center_crop=True, do_normalize=True, do_resize=True, feature_extractor_type="CLIPFeatureExtractor", resample=3, size=32, **HALF),
          model_file="onnx/vision_model.onnx")
    expected = {}
    for name, leading in (("vit-tiny", 1), ("dino-tiny", 1), ("dinov2-tiny", 3), ("clip-tiny", 1)):
        file = HERE / name / "onnx" / ("vision_model.onnx" if name == "clip-tiny" else "model.onnx")
        session = onnxruntime.InferenceSession(str(file), providers=["CPUExecutionProvider"])
        processor = json.loads((HERE / name / "preprocessor_config.json").read_text())
        outputs = [o.name for o in session.get_outputs()]
        expected[name] = {}
        for title, image in images().items():
            pixels = preprocess(image, processor)
            out = {k: v[0] for k, v in zip(outputs, session.run(None, {"pixel_values": pixels[None]}))}
            hidden = out["last_hidden_state"]
            pooled = out.get("pooler_output", out.get("image_embeds"))
            numbers = lambda values: [round(float(v), 5) for v in values]
            expected[name][title] = {"class": numbers(hidden[0]), "mean": numbers(hidden[leading:].mean(0)), **({} if pooled is None else {"pooled": numbers(pooled)}),
                                     "tokens": hidden.shape[0] - leading, "lastToken": numbers(hidden[-1])}
    (HERE / "expected.json").write_text(json.dumps(expected) + "\n")


def full(folder):
    torch.manual_seed(0)
    for name, width, heads in (("vit-s16", 384, 6), ("vit-b16", 768, 12)):
        if (folder / name / "preprocessor_config.json").exists():
            continue
        model = VisionTransformer(width, 12, heads, 16, 14)
        for parameter in model.parameters():
            if parameter.dim() > 1:
                nn.init.normal_(parameter, std=0.02)
        write(folder / name, model, 224, ["last_hidden_state", "pooler_output"],
              dict(model_type="vit", architectures=["ViTModel"], image_size=224, hidden_size=width, num_hidden_layers=12, num_attention_heads=heads, patch_size=16),
              dict(do_normalize=True, do_resize=True, image_processor_type="ViTImageProcessor", resample=2, size=224, **IMAGENET))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["fixtures", "full"])
    parser.add_argument("folder", nargs="?", type=pathlib.Path)
    given = parser.parse_args()
    if given.what == "fixtures":
        fixtures()
    elif given.folder is None:
        parser.error("full needs the FOLDER to write to")
    else:
        full(given.folder)
