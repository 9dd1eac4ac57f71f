import * as tf from '@tensorflow/tfjs-core';

/**
 * Elementary operations on tensors, outside of any differentiation: tape.ts and kernels.ts build on these. On native
 * TensorFlow each is one call of its operation, without TensorFlow.js's checks and conversions, which cost more than a
 * small operation itself; elsewhere it is the TensorFlow.js function of the same meaning. Tests compare the two.
 */
export type Tensor = tf.Tensor;

interface Attribute {
  name: string;
  type: number;
  value: unknown;
}

/** What is used of tfjs-node's backend (dist/nodejs_kernel_backend.d.ts). */
interface NativeBackend {
  binding: Record<'TF_ATTR_TYPE' | 'TF_ATTR_BOOL' | 'TF_ATTR_INT' | 'TF_ATTR_FLOAT' | 'TF_ATTR_SHAPE' | 'TF_ATTR_STRING' | 'TF_FLOAT' | 'TF_INT32' | 'TF_INT64', number>;
  executeSingleOutput(name: string, attributes: Attribute[], inputs: Tensor[]): Tensor;
  executeMultipleOutputs(name: string, attributes: Attribute[], inputs: Tensor[], outputs: number): Tensor[];
}

let variablesMade = 0;

export class NativeOperations {
  readonly #backend: NativeBackend;
  readonly #float: Attribute;
  readonly #floatOnly: Attribute[];
  readonly #products: Attribute[][];
  readonly #batchProducts: Attribute[][];
  readonly #reductions: Attribute[][];
  readonly #indexType: Attribute;
  readonly #variableType: Attribute;
  readonly #updates: Attribute[];
  readonly #adam: Attribute[];
  readonly #constants = new Map<string, Tensor>();

  constructor(backend: NativeBackend) {
    const b = backend.binding;
    this.#backend = backend;
    this.#float = { name: 'T', type: b.TF_ATTR_TYPE, value: b.TF_FLOAT };
    this.#floatOnly = [this.#float];
    const flag = (name: string, value: boolean): Attribute => ({ name, type: b.TF_ATTR_BOOL, value });
    const pairs = [[false, false], [false, true], [true, false], [true, true]] as const;
    this.#products = pairs.map(([x, y]) => [this.#float, flag('transpose_a', x), flag('transpose_b', y)]);
    this.#batchProducts = pairs.map(([x, y]) => [this.#float, flag('adj_x', x), flag('adj_y', y)]);
    const index = { name: 'Tidx', type: b.TF_ATTR_TYPE, value: b.TF_INT32 };
    this.#reductions = [false, true].map((keep) => [flag('keep_dims', keep), this.#float, index]);
    this.#indexType = index;
    this.#variableType = { name: 'dtype', type: b.TF_ATTR_TYPE, value: b.TF_FLOAT };
    this.#updates = [this.#float, flag('use_locking', false)];
    this.#adam = [...this.#updates, flag('use_nesterov', false)];
  }

  /** An operation on float32 tensors whose only attribute is their type. */
  run(name: string, inputs: Tensor[]): Tensor {
    return this.#backend.executeSingleOutput(name, this.#floatOnly, inputs);
  }

  runMany(name: string, inputs: Tensor[], outputs: number): Tensor[] {
    return this.#backend.executeMultipleOutputs(name, this.#floatOnly, inputs, outputs);
  }

  product(a: Tensor, b: Tensor, transposeA: boolean, transposeB: boolean): Tensor {
    return this.#backend.executeSingleOutput('MatMul', this.#products[(transposeA ? 2 : 0) + (transposeB ? 1 : 0)], [a, b]);
  }

  batchProduct(a: Tensor, b: Tensor, transposeA: boolean, transposeB: boolean): Tensor {
    return this.#backend.executeSingleOutput('BatchMatMulV2', this.#batchProducts[(transposeA ? 2 : 0) + (transposeB ? 1 : 0)], [a, b]);
  }

  reduce(name: 'Sum' | 'Mean' | 'Max', x: Tensor, axis: number, keep: boolean): Tensor {
    return this.#backend.executeSingleOutput(name, this.#reductions[keep ? 1 : 0], [x, this.#integers([axis])]);
  }

  reshape(x: Tensor, shape: number[]): Tensor {
    const b = this.#backend.binding;
    const type = x.dtype === 'int32' ? b.TF_INT32 : b.TF_FLOAT;
    return this.#backend.executeSingleOutput('Reshape', [{ name: 'T', type: b.TF_ATTR_TYPE, value: type }, { name: 'Tshape', type: b.TF_ATTR_TYPE, value: b.TF_INT32 }], [x, this.#integers(shape)]);
  }

  transpose(x: Tensor, order: number[]): Tensor {
    return this.#backend.executeSingleOutput('Transpose', [this.#float, { ...this.#indexType, name: 'Tperm' }], [x, this.#integers(order)]);
  }

  concat(parts: Tensor[], axis: number): Tensor {
    const b = this.#backend.binding;
    return this.#backend.executeSingleOutput('ConcatV2', [{ name: 'N', type: b.TF_ATTR_INT, value: parts.length }, this.#float, this.#indexType], [...parts, this.#integer(axis)]);
  }

  split(x: Tensor, parts: number, axis: number): Tensor[] {
    const b = this.#backend.binding;
    return this.#backend.executeMultipleOutputs('Split', [{ name: 'num_split', type: b.TF_ATTR_INT, value: parts }, this.#float], [this.#integer(axis), x], parts);
  }

  addMany(parts: Tensor[]): Tensor {
    const b = this.#backend.binding;
    return this.#backend.executeSingleOutput('AddN', [{ name: 'N', type: b.TF_ATTR_INT, value: parts.length }, this.#float], parts);
  }

  makeVariable(shape: number[]): Tensor {
    const b = this.#backend.binding;
    const name = (key: string, value: string): Attribute => ({ name: key, type: b.TF_ATTR_STRING, value });
    return this.#backend.executeSingleOutput(
      'VarHandleOp',
      // A name that only one variable has: the same name would be the same variable.
      [name('container', ''), name('shared_name', `variable ${variablesMade++}`), this.#variableType, { name: 'shape', type: b.TF_ATTR_SHAPE, value: shape }],
      [],
    );
  }

  assignVariable(handle: Tensor, value: Tensor): void {
    this.#backend.executeMultipleOutputs('AssignVariableOp', [this.#variableType], [handle, value], 0);
  }

  readVariable(handle: Tensor): Tensor {
    return this.#backend.executeSingleOutput('ReadVariableOp', [this.#variableType], [handle]);
  }

  destroyVariable(handle: Tensor): void {
    this.#backend.executeMultipleOutputs('DestroyResourceOp', [], [handle], 0);
  }

  /** An in-place update whose first input is the variable. */
  update(name: string, inputs: Tensor[]): void {
    this.#backend.executeMultipleOutputs(name, this.#updates, inputs, 0);
  }

  updateAdam(inputs: Tensor[]): void {
    this.#backend.executeMultipleOutputs('ResourceApplyAdam', this.#adam, inputs, 0);
  }

  /** A whole-number constant, made once and kept for the life of the process. */
  #integers(values: number[]): Tensor {
    return this.#constant(values.join(), () => tf.tensor1d(values, 'int32'));
  }

  #integer(value: number): Tensor {
    return this.#constant(`scalar ${value}`, () => tf.scalar(value, 'int32'));
  }

  #constant(key: string, make: () => Tensor): Tensor {
    let tensor = this.#constants.get(key);
    if (!tensor) {
      tensor = tf.keep(make());
      this.#constants.set(key, tensor);
    }
    return tensor;
  }
}

let native: NativeOperations | null = null;
let nativeOf: unknown = null;

/** Native TensorFlow's operations when it is the backend, else null. */
export function nativeOperations(): NativeOperations | null {
  const backend = tf.backend();
  if (backend !== nativeOf) {
    nativeOf = backend;
    native = tf.getBackend() === 'tensorflow' ? new NativeOperations(backend as unknown as NativeBackend) : null;
  }
  return native;
}

const numbers = new Map<number, Tensor>();
/** A float32 scalar, made once and kept for the life of the process: only for the few constants of the formulas. */
export function constant(value: number): Tensor {
  let tensor = numbers.get(value);
  if (!tensor) {
    tensor = tf.keep(tf.scalar(value));
    numbers.set(value, tensor);
  }
  return tensor;
}

const either = (native: string, plain: (...inputs: Tensor[]) => Tensor) => {
  return (...inputs: Tensor[]): Tensor => nativeOperations()?.run(native, inputs) ?? plain(...inputs);
};
const binary = (native: string, plain: (a: Tensor, b: Tensor) => Tensor): ((a: Tensor, b: Tensor) => Tensor) => either(native, plain as (...inputs: Tensor[]) => Tensor);
const unary = (native: string, plain: (x: Tensor) => Tensor): ((x: Tensor) => Tensor) => either(native, plain as (...inputs: Tensor[]) => Tensor);

export const add = binary('AddV2', (a, b) => tf.add(a, b));
export const subtract = binary('Sub', (a, b) => tf.sub(a, b));
export const multiply = binary('Mul', (a, b) => tf.mul(a, b));
export const divide = binary('RealDiv', (a, b) => tf.div(a, b));
export const maximum = binary('Maximum', (a, b) => tf.maximum(a, b));
/** x [N, D] + b [D]. */
export const addBias = binary('BiasAdd', (x, b) => tf.add(x, b));
export const square = unary('Square', (x) => tf.square(x));
export const squareRoot = unary('Sqrt', (x) => tf.sqrt(x));
/** 1 / √x. */
export const inverseRoot = unary('Rsqrt', (x) => tf.rsqrt(x));
export const exponential = unary('Exp', (x) => tf.exp(x));
export const logarithm = unary('Log', (x) => tf.log(x));
export const errorFunction = unary('Erf', (x) => tf.erf(x));
/** Along the last axis. */
export const softmax = unary('Softmax', (x) => tf.softmax(x));

export function scale(x: Tensor, factor: number): Tensor {
  return multiply(x, constant(factor));
}

/** a · b of matrices, either transposed first. */
export function matrixProduct(a: Tensor, b: Tensor, transposeA = false, transposeB = false): Tensor {
  return nativeOperations()?.product(a, b, transposeA, transposeB) ?? tf.matMul(a as tf.Tensor2D, b as tf.Tensor2D, transposeA, transposeB);
}

/** The same on the last two axes, for each of the leading ones. */
export function batchProduct(a: Tensor, b: Tensor, transposeA = false, transposeB = false): Tensor {
  return nativeOperations()?.batchProduct(a, b, transposeA, transposeB) ?? tf.matMul(a, b, transposeA, transposeB);
}

export function sumOver(x: Tensor, axis: number, keep = false): Tensor {
  return nativeOperations()?.reduce('Sum', x, axis, keep) ?? tf.sum(x, axis, keep);
}

export function meanOver(x: Tensor, axis: number, keep = false): Tensor {
  return nativeOperations()?.reduce('Mean', x, axis, keep) ?? tf.mean(x, axis, keep);
}

export function maximumOver(x: Tensor, axis: number, keep = false): Tensor {
  return nativeOperations()?.reduce('Max', x, axis, keep) ?? tf.max(x, axis, keep);
}

/** Sum of all rows of x [N, D]: [D]. */
export function sumRows(x: Tensor): Tensor {
  return nativeOperations()?.run('BiasAddGrad', [x]) ?? tf.sum(x, 0);
}

export function reshape(x: Tensor, shape: number[]): Tensor {
  return nativeOperations()?.reshape(x, shape) ?? tf.reshape(x, shape);
}

export function transpose(x: Tensor, order: number[]): Tensor {
  return nativeOperations()?.transpose(x, order) ?? tf.transpose(x, order);
}

export function concatenate(parts: Tensor[], axis: number): Tensor {
  if (parts.length === 1) return parts[0].clone();
  return nativeOperations()?.concat(parts, axis) ?? tf.concat(parts, axis);
}

/** Equal parts along an axis. */
export function split(x: Tensor, parts: number, axis: number): Tensor[] {
  return nativeOperations()?.split(x, parts, axis) ?? tf.split(x, parts, axis);
}

/** Σ of tensors of one shape. */
export function addMany(parts: Tensor[]): Tensor {
  if (parts.length === 1) return parts[0].clone();
  return nativeOperations()?.addMany(parts) ?? tf.addN(parts);
}

/** Σ x² of the whole tensor, a scalar. */
export function sumOfSquares(x: Tensor): Tensor {
  const native = nativeOperations();
  return tf.tidy(() => (native ? scale(native.run('L2Loss', [x]), 2) : tf.sum(tf.square(x))));
}

/**
 * H(targets, softmax(logits)) of each row, and its gradient softmax(logits)·Σ targets − targets for the logits.
 * @param logits [N, P]  @param targets [N, P], rows that sum to 1  @returns entropies [N], gradient [N, P]
 */
export function crossEntropyWithGradient(logits: Tensor, targets: Tensor): { entropies: Tensor; gradient: Tensor } {
  const native = nativeOperations();
  if (native) {
    const [entropies, gradient] = native.runMany('SoftmaxCrossEntropyWithLogits', [logits, targets], 2);
    return { entropies, gradient };
  }
  return tf.tidy(() => {
    const shifted = tf.sub(logits, tf.max(logits, 1, true));
    const exponentials = tf.exp(shifted);
    const sums = tf.sum(exponentials, 1, true);
    const entropies = tf.sub(tf.squeeze(tf.log(sums), [1]), tf.sum(tf.mul(targets, shifted), 1));
    return { entropies, gradient: tf.sub(tf.div(exponentials, sums), targets) };
  });
}

/** One-hot rows of the greatest value along the last axis: x [N, K] → [N, K]. The first of equals wins. */
export function oneHotOfGreatest(x: Tensor): Tensor {
  return tf.tidy(() => tf.cast(tf.oneHot(tf.argMax(x, -1) as tf.Tensor1D, x.shape[x.shape.length - 1]), 'float32'));
}
