import * as tf from '@tensorflow/tfjs-core';
import { dataType, encodeGraph, type AttributeValue, type DataType, type GraphNode } from './graph-definition';
import type { Tensor } from './operations';

type Tensors = Record<string, Tensor>;

/** A computation on tensors and variables that always runs the same operations on the same shapes. */
export interface Traced<I extends Partial<Tensors>, O extends Partial<Tensors>> {
  /** The caller disposes of the results. */
  run(inputs: I): O;
  dispose(): void;
}

/**
 * Runs a computation as one piece where the backend can: on native TensorFlow its operations are recorded at the first
 * call and become one function of the runtime, which optimizes them together, runs independent ones side by side, and
 * costs one call instead of a thousand. Elsewhere they run one by one, with the same results to rounding.
 *
 * What the computation reads of JavaScript is fixed by the first call: everything that changes has to be an input or a
 * variable, and nothing may read a tensor's values.
 *
 * @param o.bfloat16 rounds factors and results of matrix products to bfloat16 (8 bits of mantissa), sums in between being
 * float32; where the computation becomes a function, else it has no effect
 */
export function traced<I extends Partial<Tensors>, O extends Partial<Tensors>>(compute: (inputs: I) => O, o: { bfloat16?: boolean } = {}): Traced<I, O> {
  const runtime = functionRuntime();
  if (!runtime) return { run: (inputs) => tf.tidy(() => compute(inputs)), dispose: () => undefined };
  let recorded: RecordedFunction | null = null;
  return {
    run(inputs) {
      recorded ??= record(runtime, inputs as Tensors, compute as unknown as (inputs: Tensors) => Tensors, o.bfloat16 ?? false);
      const { name, captured, inputNames, outputNames } = recorded;
      const results = runtime.executeMultipleOutputs(name, [], [...captured, ...inputNames.map((input) => inputs[input] as Tensor)], outputNames.length);
      return Object.fromEntries(outputNames.map((output, i) => [output, results[i]])) as O;
    },
    dispose() {
      if (recorded) runtime.binding.removeFunction(recorded.name);
      recorded = null;
    },
  };
}

interface Attribute {
  name: string;
  type: number;
  value: unknown;
}

/** tfjs-node's backend over a binding that can add functions (scripts/tensorflow/binding.cc). */
interface FunctionRuntime {
  binding: Record<`TF_ATTR_${'STRING' | 'INT' | 'FLOAT' | 'BOOL' | 'TYPE' | 'SHAPE'}`, number> & {
    addFunction(name: string, graph: Uint8Array, inputs: string[], outputs: string[], controls: string[]): void;
    removeFunction(name: string): void;
  };
  executeSingleOutput(name: string, attributes: Attribute[], inputs: Tensor[]): Tensor;
  executeMultipleOutputs(name: string, attributes: Attribute[], inputs: Tensor[], outputs: number): Tensor[];
  readSync(dataId: object): Float32Array | Int32Array | Uint8Array;
}

function functionRuntime(): FunctionRuntime | null {
  const backend = tf.backend() as unknown as FunctionRuntime;
  return typeof backend.binding?.addFunction === 'function' ? backend : null;
}

interface RecordedFunction {
  name: string;
  /** Handles of the variables, in the order of the first arguments. */
  captured: Tensor[];
  inputNames: string[];
  outputNames: string[];
}

let recordedFunctions = 0;

function record(runtime: FunctionRuntime, inputs: Tensors, compute: (inputs: Tensors) => Tensors, bfloat16: boolean): RecordedFunction {
  const inputNames = Object.keys(inputs);
  const recorder = new Recorder(runtime, bfloat16);
  for (const name of inputNames) recorder.input(name, inputs[name]);
  const { executeSingleOutput, executeMultipleOutputs } = runtime;
  runtime.executeSingleOutput = (operation, attributes, given) => recorder.operation(operation, attributes, given, (names) => [executeSingleOutput.call(runtime, names, attributes, given)], 1)[0];
  runtime.executeMultipleOutputs = (operation, attributes, given, outputs) => recorder.operation(operation, attributes, given, (names) => executeMultipleOutputs.call(runtime, names, attributes, given, outputs), outputs);
  try {
    return tf.tidy(() => {
      const outputs = compute(inputs);
      const outputNames = Object.keys(outputs);
      const ends = outputNames.map((name) => recorder.output(name, outputs[name]));
      const name = `traced_${recordedFunctions++}`;
      runtime.binding.addFunction(name, encodeGraph(recorder.nodes), [...recorder.handles, ...inputNames.map(argument)], ends, recorder.writes);
      return { name, captured: recorder.captured, inputNames, outputNames };
    });
  } finally {
    runtime.executeSingleOutput = executeSingleOutput;
    runtime.executeMultipleOutputs = executeMultipleOutputs;
  }
}

const argument = (name: string): string => `input_${name}`;

/** Where a recorded tensor comes from. */
interface Source {
  /** `node:output`. */
  from: string;
  shape: number[];
}

/** What has been read and written of a variable so far. */
interface VariableUse {
  lastWrite: string | null;
  readsSince: string[];
}

const products: ReadonlySet<string> = new Set(['MatMul', 'BatchMatMulV2']);

class Recorder {
  readonly nodes: GraphNode[] = [];
  /** Placeholders of the variables' handles, and the handles. */
  readonly handles: string[] = [];
  readonly captured: Tensor[] = [];
  readonly writes: string[] = [];
  readonly #runtime: FunctionRuntime;
  readonly #sources = new WeakMap<object, Source>();
  readonly #variables = new Map<string, VariableUse>();
  readonly #bfloat16: boolean;
  /** What was rounded already: a weight is a factor in several products. */
  readonly #rounded = new Map<string, string>();

  constructor(runtime: FunctionRuntime, bfloat16: boolean) {
    this.#runtime = runtime;
    this.#bfloat16 = bfloat16;
  }

  input(name: string, tensor: Tensor): void {
    this.#sources.set(tensor.dataId, { from: `${this.#placeholder(argument(name), typeOf(tensor), tensor.shape)}:0`, shape: tensor.shape });
  }

  output(name: string, tensor: Tensor): string {
    return this.#add('Identity', [this.#from(tensor)], { T: { kind: 'type', value: dataType[typeOf(tensor)] } }, `output_${name}`);
  }

  /** Records an operation and, unless it changes a variable, runs it for the shapes of what follows. */
  operation(operation: string, attributes: Attribute[], inputs: Tensor[], run: (operation: string) => Tensor[], outputs: number): Tensor[] {
    const from = inputs.map((tensor) => this.#from(tensor));
    const variables = from.flatMap((source) => this.#variables.get(source) ?? []);
    const reads = operation === 'ReadVariableOp';
    const before = variables.flatMap((use) => [...(use.lastWrite ? [use.lastWrite] : []), ...(reads ? [] : use.readsSince)]);
    const encoded = Object.fromEntries(attributes.map((attribute) => [attribute.name, this.#attribute(attribute)]));
    const node = this.#bfloat16 && products.has(operation) ? this.#productOfBfloat16(operation, from, encoded) : this.#add(operation, [...from, ...[...new Set(before)].map((name) => `^${name}`)], encoded);
    if (variables.length > 0 && !reads) {
      if (outputs > 0) throw new Error(`${operation} writes a variable and gives a result: that cannot be traced`);
      for (const use of variables) Object.assign(use, { lastWrite: node, readsSince: [] });
      this.writes.push(node);
      return [];
    }
    const results = run(operation);
    let source = node;
    if (reads) {
      variables[0].readsSince.push(node);
      source = this.#add('EnsureShape', [`${node}:0`], { T: { kind: 'type', value: dataType.float32 }, shape: { kind: 'shape', value: results[0].shape } });
    }
    results.forEach((tensor, i) => this.#sources.set(tensor.dataId, { from: `${source}:${i}`, shape: tensor.shape }));
    return results;
  }

  /** Where a tensor comes from: an earlier node, a variable's handle, or else a constant. */
  #from(tensor: Tensor): string {
    const known = this.#sources.get(tensor.dataId);
    if (known) return sameShape(known.shape, tensor.shape) ? known.from : `${this.#reshaped(known.from, tensor)}:0`;
    if (tensor.dtype === 'string') {
      const name = this.#placeholder(`variable_${this.handles.length}`, 'resource', []);
      this.handles.push(name);
      this.captured.push(tensor);
      this.#variables.set(`${name}:0`, { lastWrite: null, readsSince: [] });
      this.#sources.set(tensor.dataId, { from: `${name}:0`, shape: tensor.shape });
      return `${name}:0`;
    }
    const values = this.#runtime.readSync(tensor.dataId);
    const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength).slice();
    const from = `${this.#constant(typeOf(tensor), tensor.shape, bytes)}:0`;
    this.#sources.set(tensor.dataId, { from, shape: tensor.shape });
    return from;
  }

  #productOfBfloat16(operation: string, factors: string[], attributes: Record<string, AttributeValue>): string {
    const rounded = factors.map((from) => {
      const known = this.#rounded.get(from) ?? this.#cast(from, 'float32', 'bfloat16');
      this.#rounded.set(from, known);
      return known;
    });
    const product = this.#add(operation, rounded.map((name) => `${name}:0`), { ...attributes, T: { kind: 'type', value: dataType.bfloat16 } });
    return this.#cast(`${product}:0`, 'bfloat16', 'float32');
  }

  #cast(from: string, type: DataType, to: DataType): string {
    return this.#add('Cast', [from], { SrcT: { kind: 'type', value: dataType[type] }, DstT: { kind: 'type', value: dataType[to] } });
  }

  /** TensorFlow.js lets tensors of several shapes share their data. */
  #reshaped(from: string, tensor: Tensor): string {
    const shape = this.#constant('int32', [tensor.shape.length], new Uint8Array(Int32Array.from(tensor.shape).buffer));
    return this.#add('Reshape', [from, `${shape}:0`], { T: { kind: 'type', value: dataType[typeOf(tensor)] }, Tshape: { kind: 'type', value: dataType.int32 } });
  }

  #placeholder(name: string, type: DataType, shape: number[]): string {
    return this.#add('Placeholder', [], { dtype: { kind: 'type', value: dataType[type] }, shape: { kind: 'shape', value: shape } }, name);
  }

  #constant(type: DataType, shape: number[], value: Uint8Array): string {
    return this.#add('Const', [], { dtype: { kind: 'type', value: dataType[type] }, value: { kind: 'tensor', type, shape, value } });
  }

  #add(operation: string, inputs: string[], attributes: Record<string, AttributeValue>, name = `${operation}_${this.nodes.length}`): string {
    this.nodes.push({ name, operation, inputs, attributes });
    return name;
  }

  #attribute({ name, type, value }: Attribute): AttributeValue {
    const b = this.#runtime.binding;
    if (type === b.TF_ATTR_TYPE && typeof value === 'number') return { kind: 'type', value };
    if (type === b.TF_ATTR_BOOL && typeof value === 'boolean') return { kind: 'flag', value };
    if (type === b.TF_ATTR_INT && typeof value === 'number') return { kind: 'integer', value };
    if (type === b.TF_ATTR_FLOAT && typeof value === 'number') return { kind: 'float', value };
    if (type === b.TF_ATTR_STRING && typeof value === 'string') return { kind: 'text', value };
    if (type === b.TF_ATTR_SHAPE && Array.isArray(value)) return { kind: 'shape', value: value as number[] };
    if (type === b.TF_ATTR_INT && Array.isArray(value)) return { kind: 'integers', value: value as number[] };
    if (type === b.TF_ATTR_TYPE && Array.isArray(value)) return { kind: 'types', value: value as number[] };
    throw new Error(`the attribute ${name} cannot be traced`);
  }
}

function typeOf(tensor: Tensor): DataType {
  if (tensor.dtype === 'float32' || tensor.dtype === 'int32' || tensor.dtype === 'bool') return tensor.dtype;
  throw new Error(`a tensor of type ${tensor.dtype} cannot be traced`);
}

function sameShape(a: number[], b: number[]): boolean {
  return a.length === b.length && a.every((size, i) => size === b[i]);
}
