import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { descriptorGraph } from '../export/run/onnx/descriptor';
import { interpreterGraph } from '../export/run/onnx/interpreter';
import { encodeModel } from '../export/run/onnx/model-proto';
import type { NamedArray } from '../model/parameters';
import type { StudentShape } from '../model/shapes';
import { encodeSafetensors } from './safetensors';

/**
 * Writes what a student is made of for other programs: model.safetensors, descriptor.onnx and interpreter.onnx.
 * @param facts said of both graphs, by name  @throws GlyphscopeError INVALID_INPUT when a graph would be too large
 */
export async function writeModelFiles(folder: string, shape: StudentShape, weights: readonly NamedArray[], facts: Readonly<Record<string, string>>): Promise<void> {
  const files: Record<string, readonly Uint8Array[]> = {
    'descriptor.onnx': encodeModel(descriptorGraph(shape, weights, facts)),
    'interpreter.onnx': encodeModel(interpreterGraph(shape, weights, facts)),
    'model.safetensors': [encodeSafetensors([...weights])],
  };
  for (const [name, pieces] of Object.entries(files)) {
    const file = await open(join(folder, name), 'wx');
    try {
      await file.appendFile(Buffer.concat(pieces));
      await file.sync();
    } finally {
      await file.close();
    }
  }
}
