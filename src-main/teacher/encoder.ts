import { InferenceSession, Tensor } from 'onnxruntime-node';
import { GlyphscopeError } from '../contract/errors';
import type { RgbImage } from '../dataset/image';
import type { TeacherInfo } from './catalogue';
import type { EncoderPlan } from './encoder-plan';
import { preprocess } from './preprocessing';
import { readFeatures } from './readout';
import { poolTokens, requireTokens } from './tokens';

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
    readonly plan: EncoderPlan,
    readonly session: InferenceSession,
  ) {}

  /** @throws TEACHER_UNUSABLE the model cannot be loaded or has other outputs */
  static async load(teacher: TeacherInfo, plan: EncoderPlan): Promise<TeacherEncoder> {
    try {
      const session = await openSession(teacher.model, plan);
      const missing = [teacher.readout.pooled, teacher.readout.hidden].filter((name) => name !== null && !session.outputNames.includes(name));
      if (!session.inputNames.includes('pixel_values') || missing.length > 0)
        throw new Error(`it has the inputs ${session.inputNames.join(', ')} and the outputs ${session.outputNames.join(', ')}, but teacher.json speaks of ${['pixel_values', ...missing].join(', ')}`);
      return new TeacherEncoder(teacher, plan, session);
    } catch (error) {
      throw new GlyphscopeError('TEACHER_UNUSABLE', `The teacher ${teacher.name} cannot be loaded: ${(error as Error).message}`, { subject: teacher.model, remedy: 'Add it again; if it is your own, export it anew.', cause: error });
    }
  }

  /** Numbers of one input: 3 × S × S. */
  get inputLength(): number {
    return 3 * this.teacher.inputSize ** 2;
  }

  /**
   * @param pixels [B, 3, S, S], normalized (see `normalize`)
   * @param kept N, tokens wanted of each beside the feature: the teacher's own, averaged to a smaller grid
   * @param isAbandoned asked before each run of the model
   * @throws INVALID_INPUT when the teacher has not as many; CANCELLED
   */
  async encode(pixels: Float32Array, count: number, kept = 0, isAbandoned = (): boolean => false): Promise<Encoded> {
    const { inputSize: size, featureWidth: width, readout } = this.teacher;
    const grid = kept > 0 ? requireTokens(this.teacher, kept) : null;
    const source = readout.feature === 'pooled' ? readout.pooled! : readout.hidden!;
    const wanted = grid ? [...new Set([source, readout.hidden!])] : [source];
    const features = new Float32Array(count * width);
    const tokens = new Float32Array(grid ? count * kept * grid.width : 0);
    const runs = Math.ceil(count / this.plan.batch);
    for (let run = 0; run < runs; run++) {
      if (isAbandoned()) throw new GlyphscopeError('CANCELLED', 'Cancelled.');
      const [from, to] = [Math.floor((run * count) / runs), Math.floor(((run + 1) * count) / runs)];
      const batch = new Tensor('float32', pixels.subarray(from * this.inputLength, to * this.inputLength), [to - from, 3, size, size]);
      const outputs = await this.session.run({ pixel_values: batch }, wanted);
      readFeatures(outputs[source].data as Float32Array, to - from, width, readout, features, from * width);
      if (!grid) continue;
      const given = outputs[readout.hidden!].data as Float32Array;
      const each = (readout.leading + grid.count) * grid.width;
      const first = readout.leading * grid.width;
      for (let i = from; i < to; i++) poolTokens(given.subarray((i - from) * each + first, (i - from + 1) * each), grid, kept, tokens, i * kept * grid.width);
    }
    return { features, tokens };
  }

  /** The image as the teacher was evaluated with. @returns [S, S, 3], 0 to 255 */
  cleanView(image: RgbImage, out = new Float32Array(this.inputLength)): Float32Array {
    preprocess(image, this.teacher.preprocessing, this.teacher.inputSize, out);
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

/** A session of a model as a plan says. @param model path, so that weights beside it are found */
export function openSession(model: string, { provider, threads }: Pick<EncoderPlan, 'provider' | 'threads'>): Promise<InferenceSession> {
  return InferenceSession.create(model, {
    executionProviders: provider === 'cpu' ? ['cpu'] : [provider, 'cpu'],
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    executionMode: 'sequential',
    graphOptimizationLevel: 'all',
    logSeverityLevel: 4,
  });
}
