import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readHubLayout } from '../../../src-main/teacher/hub-layout';
import { removeFolder, temporaryFolder } from '../../support/temporary';
import { graphs } from './graphs';

let folder: string;
beforeEach(() => {
  folder = temporaryFolder('hub-layout');
  cpSync(join(graphs, 'dino-tiny'), folder, { recursive: true });
});
afterEach(() => removeFolder(folder));

const processor = (changes: Record<string, unknown>) => writeFileSync(join(folder, 'preprocessor_config.json'), JSON.stringify({ ...JSON.parse(readFileSync(join(folder, 'preprocessor_config.json'), 'utf8')), ...changes }));
const read = () => readHubLayout(folder);

describe("a folder in the hub's layout", () => {
  it.each([
    [{ size: 224, resample: 2 }, { preprocessing: { width: 224, height: 224, interpolation: 'bilinear' }, inputSize: 224 }], // facebook/dino-vits16
    [{ size: { height: 224, width: 224 } }, { preprocessing: { width: 224, height: 224, interpolation: 'bicubic' }, inputSize: 224 }], // google/vit-base-patch16-224
    [{ size: { shortest_edge: 256 }, do_center_crop: true, crop_size: { height: 224, width: 224 } }, { preprocessing: { shorterSide: 256, interpolation: 'bicubic' }, inputSize: 224 }], // facebook/dinov2-small
    [{ size: 224, do_center_crop: true, crop_size: 224 }, { preprocessing: { shorterSide: 224, interpolation: 'bicubic' }, inputSize: 224 }], // openai/clip-vit-base-patch32
    [{ size: 256, do_center_crop: false, crop_size: 224 }, { preprocessing: { width: 256, height: 256, interpolation: 'bicubic' }, inputSize: 256 }],
    [{ size: { height: 256, width: 300 }, do_center_crop: true, crop_size: 224 }, { preprocessing: { width: 300, height: 256, interpolation: 'bicubic' }, inputSize: 224 }],
  ])('reads %j', (changes, expected) => {
    processor(changes);
    expect(read()).toMatchObject(expected);
  });

  it('reads colours, patches and registers', () => {
    expect(read()).toMatchObject({ model: 'onnx/model.onnx', mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225], layout: { patchSize: 8, registers: 0 } });
    expect(readHubLayout(join(graphs, 'dinov2-tiny')).layout).toEqual({ patchSize: 8, registers: 2 });
    expect(readHubLayout(join(graphs, 'clip-tiny'))).toMatchObject({ model: 'onnx/vision_model.onnx', layout: { patchSize: 8 } });
    processor({ do_normalize: false });
    expect(read()).toMatchObject({ mean: [0, 0, 0], std: [1, 1, 1] });
  });

  it.each([
    [{ resample: 0 }, 'preprocessor_config.json asks at resample for what Glyphscope cannot do: 2 (bilinear) or 3 (bicubic).'],
    [{ do_resize: false }, 'preprocessor_config.json asks at do_resize for what Glyphscope cannot do: true.'],
    [{ rescale_factor: 1 / 127.5 }, 'preprocessor_config.json asks at rescale_factor for what Glyphscope cannot do: 1/255.'],
    [{ image_std: [0, 1, 1] }, 'preprocessor_config.json asks at image_std for what Glyphscope cannot do: above 0.'],
    [{ size: { height: 200, width: 224 } }, 'preprocessor_config.json asks at size for what Glyphscope cannot do: a square of at least the crop.'],
    [{ size: { shortest_edge: 200 }, do_center_crop: true, crop_size: 224 }, 'preprocessor_config.json asks at size for what Glyphscope cannot do: a square of at least the crop.'],
    [{ do_center_crop: true, crop_size: { height: 24, width: 16 } }, /at crop_size/],
  ])('refuses %j', (changes, message) => {
    processor(changes);
    expect(read).toThrow(message);
  });

  it('names the file that is missing or no JSON', () => {
    writeFileSync(join(folder, 'config.json'), '{');
    expect(read).toThrow(/config\.json is not JSON/);
    rmSync(join(folder, 'preprocessor_config.json'));
    expect(read).toThrow(/preprocessor_config\.json is missing: it says how an image becomes the model's input\./);
    rmSync(join(folder, 'onnx'), { recursive: true });
    expect(read).toThrow(/There is no ONNX model in .*: none of onnx\/model\.onnx, model\.onnx/);
  });
});
