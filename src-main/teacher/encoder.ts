import { InferenceSession, Tensor } from 'onnxruntime-node';
import { GlyphscopeError } from '../contract/errors';
import type { RgbImage } from '../dataset/image';
import { centreSquare, cropAndResize } from '../dataset/resample';
import type { TeacherInfo } from './catalogue';
import { poolTokens, requireTokens } from './tokens';

/** Images of one run of the model: more bring nothing on a CPU and cost memory. */
export const encoderBatch = 32;

/** What the teacher sees in B images or views. */
export interface Encoded {
  /** [B, Z] */
  features: Float32Array;
  /** [B, N, T], empty when none were asked for. */
  tokens: Float32Array;
}

/** The frozen teacher on ONNX Runtime. Features of an image do not depend on what else is in the batch. */
export class TeacherEncoder {
  private constructor(
    readonly teacher: TeacherInfo,
    readonly session: InferenceSession,
  ) {}

  /** @param threads cores that one run may use @throws INTERNAL the model cannot be loaded or has other outputs */
  static async load(teacher: TeacherInfo, threads: number): Promise<TeacherEncoder> {
    try {
      const session = await InferenceSession.create(teacher.model, {
        executionProviders: ['cpu'],
        intraOpNumThreads: threads,
        interOpNumThreads: 1,
        executionMode: 'sequential',
        graphOptimizationLevel: 'all',
        logSeverityLevel: 3,
      });
      if (!session.inputNames.includes('pixel_values') || !session.outputNames.includes('embedding')) {
        throw new Error(`it has inputs ${session.inputNames.join(', ')} and outputs ${session.outputNames.join(', ')}`);
      }
      if (teacher.tokens && !session.outputNames.includes('patch_tokens')) throw new Error('it has no output patch_tokens, of which teacher.json speaks');
      return new TeacherEncoder(teacher, session);
    } catch (error) {
      throw new GlyphscopeError('INTERNAL', `The teacher ${teacher.name} cannot be loaded: ${(error as Error).message}`, { subject: teacher.model, remedy: 'Its model needs the input pixel_values and the output embedding.', cause: error });
    }
  }

  /** Numbers of one input: 3 × S × S. */
  get inputLength(): number {
    return 3 * this.teacher.inputSize ** 2;
  }

  /**
   * @param pixels [B, 3, S, S], normalized (see `normalize`)
   * @param kept N, tokens wanted of each beside the feature: the teacher's own, averaged to a smaller grid
   * @throws INVALID_INPUT when the teacher has not as many
   */
  async encode(pixels: Float32Array, count: number, kept = 0): Promise<Encoded> {
    const { inputSize: size, featureWidth: width } = this.teacher;
    const grid = kept > 0 ? requireTokens(this.teacher, kept) : null;
    const features = new Float32Array(count * width);
    const tokens = new Float32Array(grid ? count * kept * grid.width : 0);
    for (let from = 0; from < count; from += encoderBatch) {
      const to = Math.min(count, from + encoderBatch);
      const batch = new Tensor('float32', pixels.subarray(from * this.inputLength, to * this.inputLength), [to - from, 3, size, size]);
      const { embedding, patch_tokens } = await this.session.run({ pixel_values: batch }, grid ? ['embedding', 'patch_tokens'] : ['embedding']);
      features.set(embedding.data as Float32Array, from * width);
      if (!grid) continue;
      const given = patch_tokens.data as Float32Array;
      const each = grid.count * grid.width;
      for (let i = from; i < to; i++) poolTokens(given.subarray((i - from) * each, (i - from + 1) * each), grid, kept, tokens, i * kept * grid.width);
    }
    return { features, tokens };
  }

  /** The image as the teacher was evaluated with: the square in its middle, bicubic to S × S. @returns [S, S, 3], 0 to 255 */
  cleanView(image: RgbImage, out = new Float32Array(this.inputLength)): Float32Array {
    cropAndResize(image, centreSquare(image), this.teacher.inputSize, out);
    return out;
  }

  /**
   * From pixels to what the model reads: 0 to 1, less the mean, over the standard deviation, colours apart.
   * @param view [S, S, 3], 0 to 255
   * @param out [3, S, S] from `offset` on
   */
  normalize(view: Float32Array, out: Float32Array, offset: number): void {
    const plane = this.teacher.inputSize ** 2;
    for (let c = 0; c < 3; c++) {
      const scale = 1 / (255 * this.teacher.std[c]);
      const shift = this.teacher.mean[c] / this.teacher.std[c];
      for (let i = 0, from = c, to = offset + c * plane; i < plane; i++, from += 3, to++) out[to] = view[from] * scale - shift;
    }
  }

  async close(): Promise<void> {
    await this.session.release();
  }
}
