import { Tensor } from 'onnxruntime-node';
import { GlyphscopeError } from '../contract/errors';
import { openSession } from './encoder';
import type { ModelOutput } from './readout';

/**
 * What a model gives for one image of S × S pixels: found by running it, since an exported graph seldom tells the
 * lengths of its outputs.
 * @throws TEACHER_UNUSABLE when it cannot be loaded, wants other inputs, or cannot run on such an image
 */
export async function inspectModel(model: string, size: number): Promise<ModelOutput[]> {
  const refuse = (message: string, remedy: string, cause?: unknown) => new GlyphscopeError('TEACHER_UNUSABLE', message, { subject: model, remedy, cause });
  const session = await openSession(model, { provider: 'cpu', threads: 1 }).catch((error: Error) => {
    throw refuse(`${model} cannot be loaded by ONNX Runtime: ${error.message.split('\n')[0]}`, 'Download or export it again; weights in a file beside it (…_data) belong to it.', error);
  });
  try {
    const [input, ...more] = session.inputMetadata;
    if (input?.name !== 'pixel_values' || more.length > 0) throw refuse(`The model wants the inputs ${session.inputNames.join(', ')}; a teacher is given pixel_values alone.`, 'Take an export of the image encoder by itself (for CLIP: onnx/vision_model.onnx).');
    if (input.isTensor && input.type !== 'float32') throw refuse(`The model wants pixel_values in ${input.type}; a teacher is given float32.`, 'Take the export in full precision (onnx/model.onnx).');
    const outputs = await session.run({ pixel_values: new Tensor('float32', new Float32Array(3 * size * size), [1, 3, size, size]) });
    return Object.entries(outputs).flatMap(([name, { dims, type }]) => (type === 'float32' ? [{ name, dims }] : []));
  } catch (error) {
    if (error instanceof GlyphscopeError) throw error;
    throw refuse(`The model cannot be run on an image of ${size} × ${size} pixels: ${(error as Error).message.split('\n')[0]}`, 'Its preprocessor_config.json may belong to another model.', error);
  } finally {
    await session.release();
  }
}
