import * as tf from '@tensorflow/tfjs-core';
import { GlyphscopeError } from '../contract/errors';
import { addCodebook, codebookPrefix } from './codebook';
import { addDescriptor, likeliest, writeSymbols, type Seen } from './descriptor';
import { addFeatureMap, centred, mapped, networkOutput } from './feature-map';
import { addInterpreter, interpretSymbols } from './interpreter';
import * as op from './operations';
import type { Tensor } from './operations';
import { Parameters, WeightsInUse } from './parameters';
import { addProjector } from './projector';
import { withVectors } from './quantizer';
import { RandomStream } from './random';
import { addReadout, wholeEmbedding } from './readout';
import type { StudentShape } from './shapes';
import { Tape } from './tape';

/** Descriptions of B images from hard symbols. */
export interface Descriptions {
  /** [B, L]. */
  symbols: Uint16Array;
  /** Probability of each symbol given those before it, [B, L]. */
  probabilities: Float32Array;
  /** z_s of the full description: C channels in the student's space of features (see normalise), then the readout's part or zeros, [B, Z]. */
  embeddings: Float32Array;
  /** When asked for: for each image and position the eight most likely symbols, best first. */
  alternatives: { symbol: number; probability: number }[][][] | null;
}

/** Tokens of some rows of images, [rows, N, T]: they are many times as large as features, so they are read when their turn comes. */
export type TokenReader = (from: number, rows: number) => Float32Array;

/** Descriptor, interpreter and both projectors with their weights. */
export class Student {
  private constructor(
    readonly shape: StudentShape,
    readonly parameters: Parameters,
    /** Without projectors a student describes and interprets but cannot be trained. */
    readonly trainable: boolean,
  ) {}

  /**
   * A student with random weights; the seed decides every one of them.
   * @param o.imitates whether its symbols are to imitate residual k-means codes for a while
   */
  static create(shape: StudentShape, seed: number, o: { trainable: boolean; imitates?: boolean }): Student {
    const parameters = new Parameters();
    const random = new RandomStream(seed, 'weights');
    addFeatureMap(parameters, shape);
    addDescriptor(parameters, shape, random);
    addInterpreter(parameters, shape, random);
    addReadout(parameters, shape);
    if (o.trainable) {
      addProjector(parameters, 'projector', shape, random);
      addProjector(parameters, 'teacher', shape, random); // takes the student's values before the first step
      parameters.freeze('teacher.');
      parameters.add('teacher.centre', [shape.projectorOutputs], new Float32Array(shape.projectorOutputs), 'fixed');
      if (shape.quantizer === 'vector') addCodebook(parameters, shape);
      if (o.imitates) parameters.add(imitatedCodes, [shape.length, shape.vocabulary, shape.channels], new Float32Array(shape.length * shape.vocabulary * shape.channels), 'fixed');
    }
    return new Student(shape, parameters, o.trainable);
  }

  dispose(): void {
    this.parameters.dispose();
  }

  /** Teacher features as the student sees them: [R, Z] → [R, C]. feature-map.ts says how, prepare.ts chooses the map. */
  normalise(features: Tensor): Tensor {
    return tf.tidy(() => mapped(this.parameters, this.shape, this.centre(features)));
  }

  /** The same before its centre is subtracted, for a map that is a network: y of feature-map.ts, [R, C]. */
  beforeCentre(features: Tensor): Tensor {
    return tf.tidy(() => networkOutput(this.parameters, this.centre(features)));
  }

  /** z / |z| − mean, [R, Z]. */
  centre(features: Tensor): Tensor {
    return centred(features, this.parameters.variable('feature.mean').value());
  }

  /** Unit-length, centred features as numbers: what the teacher itself is measured with. @param features [B, Z]  @returns [B, Z] */
  async centred(features: Float32Array): Promise<Float32Array> {
    const { featureWidth: Z } = this.shape;
    const x = tf.tidy(() => this.centre(tf.tensor2d(features, [features.length / Z, Z])));
    const values = await x.data<'float32'>();
    x.dispose();
    return values;
  }

  /**
   * Describes images from their teacher features, 256 at a time.
   * @param features [B, Z] as the teacher gave them  @param o.tokens its tokens, [B, N, T], for a student that looks at them
   * @param o.given the first n symbols of each image, [B, n], which it goes on from: their probabilities are given as well
   * @throws INVALID_INPUT when the features are not B·Z finite numbers, when tokens are missing, or for foreign symbols
   */
  async describe(features: Float32Array, o: { alternatives?: boolean; tokens?: Float32Array; given?: Uint16Array } = {}): Promise<Descriptions> {
    const { featureWidth: Z, featureTokens: N, tokenWidth: T, length: L } = this.shape;
    const count = features.length / Z;
    if (!Number.isInteger(count)) throw new GlyphscopeError('INVALID_INPUT', `${features.length} numbers are no features of width ${Z}.`, { subject: 'features' });
    if (!features.every(Number.isFinite)) throw new GlyphscopeError('INVALID_INPUT', 'The features hold a value that is not a number.', { subject: 'features' });
    if (o.tokens && o.tokens.length !== count * N * T) throw new GlyphscopeError('INVALID_INPUT', `${o.tokens.length} numbers are not ${N} tokens of ${T} for ${count} images.`, { subject: 'tokens' });
    const { tokens: all } = o;
    const tokens = all && ((from: number, rows: number) => all.subarray(from * N * T, (from + rows) * N * T));
    const n = o.given && count > 0 ? o.given.length / count : 0;
    if (o.given && n > 0) this.#requireSymbols(o.given, count, n);
    const given = (from: number, rows: number) => o.given!.subarray(from * n, (from + rows) * n);
    const result: Descriptions = {
      symbols: new Uint16Array(count * L),
      probabilities: new Float32Array(count * L),
      embeddings: new Float32Array(count * Z),
      alternatives: o.alternatives ? Array.from({ length: count }, () => []) : null,
    };
    for (let from = 0; from < count; from += rowsAtOnce) {
      const rows = Math.min(rowsAtOnce, count - from);
      const [probabilities, embeddings] = tf.tidy(() => {
        const weights = new WeightsInUse(new Tape(false), this.parameters);
        const choice = n > 0 ? { ...likeliest, given: this.#oneHot(given(from, rows), rows, n) } : likeliest;
        const written = writeSymbols(weights, this.shape, this.#see(features, tokens, from, rows), choice);
        const read = interpretSymbols(weights, this.shape, withVectors(weights, this.shape, weights.tape.constant(written.symbols))).tensor;
        return [op.softmax(written.logits), this.#whole(read, L, rows)];
      });
      result.embeddings.set(await embeddings.data<'float32'>(), from * Z);
      this.#list(result, from, rows, await probabilities.data<'float32'>(), n > 0 ? given(from, rows) : new Uint16Array(0));
      tf.dispose([probabilities, embeddings]);
    }
    return result;
  }

  /**
   * Embeddings after several prefix lengths, from hard symbols.
   * @param features [B, Z] as the teacher gave them  @returns for each length [B, Z]
   */
  async embedPrefixes(features: Float32Array, lengths: readonly number[], tokens?: TokenReader): Promise<Map<number, Float32Array>> {
    const { featureWidth: Z } = this.shape;
    const count = features.length / Z;
    const result = new Map(lengths.map((length) => [length, new Float32Array(count * Z)]));
    for (let from = 0; from < count; from += rowsAtOnce) {
      const rows = Math.min(rowsAtOnce, count - from);
      const read = tf.tidy(() => {
        const weights = new WeightsInUse(new Tape(false), this.parameters);
        const { symbols } = writeSymbols(weights, this.shape, this.#see(features, tokens, from, rows), likeliest);
        const all = interpretSymbols(weights, this.shape, withVectors(weights, this.shape, weights.tape.constant(symbols))).tensor;
        return lengths.map((length) => this.#whole(all, length, rows));
      });
      for (const [i, length] of lengths.entries()) result.get(length)!.set(await read[i].data<'float32'>(), from * Z);
      tf.dispose(read);
    }
    return result;
  }

  /**
   * What the symbols at position j, from 0, are chosen by where they have code vectors: [B, E].
   * @param features [B, Z] as the teacher gave them
   */
  queries(features: Float32Array, j: number, tokens?: TokenReader): Tensor {
    const { featureWidth: Z, codeWidth: E } = this.shape;
    const count = features.length / Z;
    const parts: Tensor[] = [];
    for (let from = 0; from < count; from += rowsAtOnce) {
      const rows = Math.min(rowsAtOnce, count - from);
      parts.push(
        tf.tidy(() => {
          const weights = new WeightsInUse(new Tape(false), this.parameters);
          const { queries } = writeSymbols(weights, this.shape, this.#see(features, tokens, from, rows), likeliest);
          if (!queries) throw new Error('these symbols have no code vectors');
          return op.reshape(tf.slice(queries, [j, 0, 0], [1, rows, E]), [rows, E]);
        }),
      );
    }
    const all = op.concatenate(parts, 0);
    tf.dispose(parts);
    return all;
  }

  /** What the descriptor looks at of some images, from the first of them on. */
  #see(features: Float32Array, tokens: TokenReader | undefined, from: number, rows: number): Seen {
    const { featureWidth: Z, featureTokens: N, tokenWidth: T } = this.shape;
    const x = this.normalise(tf.tensor2d(features.subarray(from * Z, (from + rows) * Z), [rows, Z]));
    return { x, ...(tokens && { tokens: tf.tensor3d(tokens(from, rows), [rows, N, T]) }) };
  }

  /** Fills symbols, probabilities and alternatives of some rows from the probabilities [L, rows, K]. @param given [rows, n] */
  #list(result: Descriptions, from: number, rows: number, all: Float32Array, given: Uint16Array): void {
    const { length: L, vocabulary: K } = this.shape;
    const n = given.length / rows;
    for (let j = 0; j < L; j++)
      for (let r = 0; r < rows; r++) {
        const row = all.subarray((j * rows + r) * K, (j * rows + r + 1) * K);
        const at = (from + r) * L + j;
        if (result.alternatives) {
          const order = Array.from(row.keys()).sort((a, b) => row[b] - row[a] || a - b);
          result.alternatives[from + r].push(order.slice(0, listedAlternatives).map((symbol) => ({ symbol, probability: row[symbol] })));
        }
        let symbol = j < n ? given[r * n + j] : 0;
        if (j >= n) for (let k = 1; k < K; k++) if (row[k] > row[symbol]) symbol = k;
        result.symbols[at] = symbol;
        result.probabilities[at] = row[symbol];
      }
  }

  /** @throws INVALID_INPUT unless these are `count` sequences of `length` symbols of the vocabulary, length 1 … L */
  #requireSymbols(symbols: Uint16Array, count: number, length: number): void {
    const { length: L, vocabulary: K } = this.shape;
    if (!Number.isInteger(length) || length < 1 || length > L) throw new GlyphscopeError('INVALID_INPUT', `A description of this run has 1 to ${L} symbols, not ${length}.`, { subject: 'symbols' });
    if (symbols.length !== count * length) throw new GlyphscopeError('INVALID_INPUT', `${symbols.length} symbols are not ${count} sequences of ${length}.`, { subject: 'symbols' });
    const foreign = symbols.find((symbol) => symbol >= K);
    if (foreign !== undefined) throw new GlyphscopeError('INVALID_INPUT', `Symbol ${foreign} is not in this run's vocabulary of ${K}, 0 to ${K - 1}.`, { subject: 'symbols' });
  }

  /** [length, rows, K] of sequences [rows, length]. */
  #oneHot(symbols: Uint16Array, rows: number, length: number): Tensor {
    const { vocabulary: K } = this.shape;
    const oneHot = new Float32Array(length * rows * K);
    for (let r = 0; r < rows; r++) for (let j = 0; j < length; j++) oneHot[(j * rows + r) * K + symbols[r * length + j]] = 1;
    return tf.tensor3d(oneHot, [length, rows, K]);
  }

  /**
   * Embeddings after all `length` symbols of each sequence: [B, Z].
   * @param symbols [B, length]
   * @throws INVALID_INPUT for a symbol outside the vocabulary or a length outside 1 … L
   */
  async interpret(symbols: Uint16Array, count: number, length: number): Promise<Float32Array> {
    const { featureWidth: Z } = this.shape;
    this.#requireSymbols(symbols, count, length);
    const out = new Float32Array(count * Z);
    for (let from = 0; from < count; from += rowsAtOnce) {
      const rows = Math.min(rowsAtOnce, count - from);
      const embeddings = tf.tidy(() => this.#read(this.#oneHot(symbols.subarray(from * length, (from + rows) * length), rows, length)));
      out.set(await embeddings.data<'float32'>(), from * Z);
      embeddings.dispose();
    }
    return out;
  }

  /**
   * The embedding after a sequence of mixtures: at each position the interpreter is given the weighted mean of its symbols'
   * vectors (and of their codes, where they have some) in place of one symbol's: [Z].
   * @param mixtures weights of the K symbols at each position, [n, K], n ≤ L, each position's of sum 1
   * @throws INVALID_INPUT when these are no such weights
   */
  async readMixtures(mixtures: Float32Array): Promise<Float32Array> {
    const { length: L, vocabulary: K } = this.shape;
    const n = mixtures.length / K;
    if (!Number.isInteger(n) || n < 1 || n > L) throw new GlyphscopeError('INVALID_INPUT', `${mixtures.length} numbers are no weights of ${K} symbols at 1 to ${L} positions.`, { subject: 'symbols' });
    for (let j = 0; j < n; j++) {
      const sum = mixtures.subarray(j * K, (j + 1) * K).reduce((total, weight) => total + weight, 0);
      if (!(Math.abs(sum - 1) < 1e-3)) throw new GlyphscopeError('INVALID_INPUT', `The weights of position ${j + 1} have the sum ${sum}, not 1.`, { subject: 'symbols' });
    }
    const embedding = tf.tidy(() => this.#read(tf.tensor3d(mixtures, [n, 1, K])));
    const out = await embedding.data<'float32'>();
    embedding.dispose();
    return out;
  }

  /** The embeddings [rows, Z] after all n positions of symbols [n, rows, K], one-hot or mixed. */
  #read(symbols: Tensor): Tensor {
    const [n, rows] = symbols.shape;
    const weights = new WeightsInUse(new Tape(false), this.parameters);
    const read = interpretSymbols(weights, this.shape, withVectors(weights, this.shape, weights.tape.constant(symbols))).tensor;
    return this.#whole(read, n, rows);
  }

  /** Embeddings after `length` symbols, [rows, Z], from the interpreter's channels after each length, [L·rows, C]. */
  #whole(read: Tensor, length: number, rows: number): Tensor {
    return wholeEmbedding(this.parameters, this.shape, tf.slice(read, [(length - 1) * rows, 0], [rows, this.shape.channels]));
  }
}

const rowsAtOnce = 256;
const listedAlternatives = 8;

/** Residual k-means codes of the features, [L, K, C], for students that imitate them. */
export const imitatedCodes = 'imitation.codes';

/** Weights that only training needs: an embedded run leaves them out. */
export function onlyForTraining(name: string): boolean {
  return ['projector.', 'teacher.', codebookPrefix, imitatedCodes].some((prefix) => name.startsWith(prefix));
}
