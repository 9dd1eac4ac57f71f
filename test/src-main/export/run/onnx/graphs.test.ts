import { InferenceSession, Tensor } from 'onnxruntime-node';
import { afterAll, describe, expect, it } from 'vitest';
import type { GlyphscopeError } from '../../../../../src-main/contract/errors';
import { descriptorGraph } from '../../../../../src-main/export/run/onnx/descriptor';
import { featureMap } from '../../../../../src-main/export/run/onnx/feature-map';
import { Graph, type Value } from '../../../../../src-main/export/run/onnx/graph';
import { interpreterGraph } from '../../../../../src-main/export/run/onnx/interpreter';
import { gelu, GraphWeights, perceptron } from '../../../../../src-main/export/run/onnx/layers';
import { encodeModel, type GraphDescription, type Port } from '../../../../../src-main/export/run/onnx/model-proto';
import { block } from '../../../../../src-main/export/run/onnx/transformer';
import * as kernel from '../../../../../src-main/model/kernels';
import { Parameters, WeightsInUse } from '../../../../../src-main/model/parameters';
import { addPerceptronStart, perceptron as enginePerceptron } from '../../../../../src-main/model/perceptron';
import { RandomStream } from '../../../../../src-main/model/random';
import type { StudentShape } from '../../../../../src-main/model/shapes';
import type { Student } from '../../../../../src-main/model/student';
import { Tape } from '../../../../../src-main/model/tape';
import { addBlock, block as engineBlock } from '../../../../../src-main/model/transformer';
import * as tf from '@tensorflow/tfjs-core';
import { randomFeatures, smallStudent } from '../../../model/small-student';
import '../../../model/started-backend';

const rows = 40;

async function run(graph: GraphDescription, inputs: Record<string, Tensor>): Promise<InferenceSession.OnnxValueMapType> {
  const session = await InferenceSession.create(Buffer.concat(encodeModel(graph)), { logSeverityLevel: 3 });
  return session.run(inputs);
}

const port = (name: string, shape: Port['shape']): Port => ({ name, type: 'float32', shape, about: '' });
const float = (values: Float32Array, ...shape: number[]) => new Tensor('float32', values, shape);

/** What one layer makes of x in ONNX Runtime. */
async function layer(shape: number[], values: Float32Array, parameters: Parameters, build: (weights: GraphWeights, x: Value) => Value): Promise<Float32Array> {
  const g = new Graph();
  const x = g.input(port('x', shape));
  g.output(build(new GraphWeights(g, await parameters.read()), x), port('y', []));
  // The rank of the output is left open here: a layer of its own is no model.
  const { y } = await run({ ...g.describe({ name: 'layer', about: '', facts: {} }), outputs: [{ ...port('y', ['a', 'b', ...(shape.length === 3 ? ['c'] : [])]) }] }, { x: float(values, ...shape) });
  return y.data as Float32Array;
}

function near(found: ArrayLike<number>, expected: ArrayLike<number>, within = 1e-4): void {
  expect(found.length).toBe(expected.length);
  let most = 0;
  for (let i = 0; i < expected.length; i++) most = Math.max(most, Math.abs(found[i] - expected[i]));
  expect(most).toBeLessThan(within);
}

/** Every weight random, so that nothing is zero by its start. */
function scramble(parameters: Parameters): void {
  const random = new RandomStream(3, 'codes');
  for (const name of parameters.names()) parameters.assign(name, Float32Array.from({ length: parameters.variable(name).shape.reduce((a, b) => a * b, 1) }, () => 0.5 * random.normal()));
}

describe('a layer of the graph gives what the model’s own gives', () => {
  it('GELU', async () => {
    const values = randomFeatures(9);
    near(await layer([9, 8], values, new Parameters(), ({ graph }, x) => gelu(graph, x)), tf.tidy(() => kernel.gelu(new Tape(false), new Tape(false).constant(tf.tensor2d(values, [9, 8]))).tensor.dataSync()));
  });

  it('the perceptron', async () => {
    const parameters = new Parameters();
    const sizes = { input: 8, hidden: 16, output: 5 };
    addPerceptronStart(parameters, sizes, new RandomStream(1, 'weights'));
    scramble(parameters);
    const values = randomFeatures(9);
    const named = { read: async () => (await parameters.read()).map((array) => ({ ...array, name: `mlp.${array.name}` })) } as Parameters;
    const found = await layer([9, 8], values, named, (weights, x) => perceptron(weights, 'mlp', x, sizes));
    near(found, tf.tidy(() => {
      const tape = new Tape(false);
      return enginePerceptron(tape, tape.constant(tf.tensor2d(values, [9, 8])), (name) => tape.constant(parameters.variable(name).value())).tensor.dataSync();
    }));
  });

  it('the block of a transformer', async () => {
    const parameters = new Parameters();
    addBlock(parameters, 'block', 8, 1, false, new RandomStream(1, 'weights'));
    scramble(parameters);
    const [R, n, D] = [3, 4, 8];
    const values = randomFeatures(R * n);
    const found = await layer([R, n, D], values, parameters, (weights, x) => block(weights, 'block', x, { width: D, heads: 2 }));
    near(found, tf.tidy(() => {
      const weights = new WeightsInUse(new Tape(false), parameters);
      const byPosition = tf.reshape(tf.transpose(tf.tensor3d(values, [R, n, D]), [1, 0, 2]), [n * R, D]);
      const made = engineBlock(weights, 'block', weights.tape.constant(byPosition), null, { heads: 2, rows: R, causal: false }).tensor;
      return tf.transpose(tf.reshape(made, [n, R, D]), [1, 0, 2]).dataSync();
    }));
  });

  for (const changes of [{}, { mapHidden: 12 }])
    it(`the feature map${'mapHidden' in changes ? ' that is a network' : ''}`, async () => {
      const student = smallStudent('residual', 2, changes);
      const { featureWidth: Z } = student.shape;
      const values = randomFeatures(9);
      near(await layer([9, Z], values, student.parameters, (weights, x) => featureMap(weights, student.shape, x)), tf.tidy(() => student.normalise(tf.tensor2d(values, [9, Z])).dataSync()));
      student.dispose();
    });
});

/** Everything that a trainer can make, at a small size. */
const students: [string, StudentShape['descriptor'], Partial<StudentShape>][] = [
  ...(['residual', 'autoregressive', 'parallel'] as const).flatMap((descriptor) =>
    (['gumbel', 'sharpened', 'vector'] as const).map((quantizer): [string, StudentShape['descriptor'], Partial<StudentShape>] => [
      `${quantizer}, ${descriptor}`,
      descriptor,
      { quantizer, codeWidth: descriptor === 'residual' ? 6 : quantizer === 'vector' ? 5 : 0 },
    ]),
  ),
  ['bidirectional', 'autoregressive', { interpreterAttention: 'bidirectional' }],
  ['bidirectional, residual', 'residual', { interpreterAttention: 'bidirectional' }],
  ['tokens', 'autoregressive', { featureTokens: 4, tokenWidth: 3 }],
  ['tokens, parallel', 'parallel', { featureTokens: 9, tokenWidth: 6, vocabulary: 12 }],
  ['a network for a map and a readout', 'residual', { mapHidden: 12, readoutHidden: 12 }],
  ['one symbol of eight positions’ worth', 'residual', { length: 1 }],
  ['eight symbols of 40', 'residual', { length: 8, vocabulary: 40 }],
];

describe.each(students)('a student: %s', (_, descriptor, changes) => {
  const student: Student = smallStudent(descriptor, 4, changes);
  const { featureWidth: Z, length: L, vocabulary: K, featureTokens: N, tokenWidth: T } = student.shape;
  const features = randomFeatures(rows);
  const tokens = N > 0 ? randomFeatures(rows, N * T, 8) : undefined;
  const inputs = { features: float(features, rows, Z), ...(tokens && { tokens: float(tokens, rows, N, T) }) };
  afterAll(() => student.dispose());

  it('writes the same symbols with the same probabilities', async () => {
    const own = await student.describe(features, { tokens });
    const { symbols, probabilities } = await run(descriptorGraph(student.shape, await student.parameters.read()), inputs);
    expect(symbols.dims).toEqual([rows, L]);
    expect(probabilities.dims).toEqual([rows, L, K]);
    expect(Array.from(symbols.data as BigInt64Array, Number)).toEqual(Array.from(own.symbols));
    expect(new Set(own.symbols).size).toBeGreaterThan(1);
    const all = probabilities.data as Float32Array;
    near(Float32Array.from(own.symbols, (symbol, at) => all[at * K + symbol]), own.probabilities);
  });

  it('reads the same embedding after every prefix', async () => {
    const random = new RandomStream(9, 'order');
    const symbols = Uint16Array.from({ length: rows * L }, () => Math.floor(random.uniform() * K));
    const { embeddings } = await run(interpreterGraph(student.shape, await student.parameters.read()), { symbols: new Tensor('int64', BigInt64Array.from(symbols, BigInt), [rows, L]) });
    expect(embeddings.dims).toEqual([rows, L, Z]);
    const all = embeddings.data as Float32Array;
    for (let length = 1; length <= L; length++) {
      const prefixes = Uint16Array.from({ length: rows * length }, (_, i) => symbols[Math.floor(i / length) * L + (i % length)]);
      const own = await student.interpret(prefixes, rows, length);
      near(Float32Array.from({ length: rows * Z }, (_, i) => all[(Math.floor(i / Z) * L + length - 1) * Z + (i % Z)]), own);
    }
  });
});

it('a weight that is missing or has another shape is named', async () => {
  const student = smallStudent('residual');
  const weights = await student.parameters.read();
  const refusal = (work: () => unknown) => {
    try {
      work();
    } catch (error) {
      return error as GlyphscopeError;
    }
    throw new Error('it was not refused');
  };
  expect(refusal(() => descriptorGraph(student.shape, weights.filter(({ name }) => name !== 'codes')))).toMatchObject({ code: 'CHECKPOINT_DAMAGED', subject: 'codes' });
  const wrong = weights.map((array) => (array.name === 'interpreter.positions' ? { ...array, shape: [1, 32] } : array));
  expect(refusal(() => interpreterGraph(student.shape, wrong)).message).toBe('The weight interpreter.positions has the shape [1, 32], expected [4, 8].');
  student.dispose();
});
