import { GlyphscopeError } from '../../../contract/errors';
import { Message } from './protobuf';

/** The messages of ONNX (github.com/onnx/onnx, onnx/onnx.proto, IR version 8), as far as our graphs need them. */
export const irVersion = 8;
export const opset = 17;

/** Types of numbers in tensors: TensorProto.DataType. */
export const dataType = { float32: 1, int64: 7 } as const;
export type DataType = keyof typeof dataType;

export type AttributeValue = { float: number } | { integer: number } | { integers: readonly number[] };

export interface Node {
  operator: string;
  inputs: readonly string[];
  outputs: readonly string[];
  attributes: Readonly<Record<string, AttributeValue>>;
}

/** An array that stands in the file; its bytes are little endian. */
export interface Initializer {
  name: string;
  shape: readonly number[];
  data: Float32Array | BigInt64Array;
}

/** An input or output; a text among the sizes names one that may be any. */
export interface Port {
  name: string;
  type: DataType;
  shape: readonly (number | string)[];
  about: string;
}

export interface GraphDescription {
  name: string;
  about: string;
  nodes: readonly Node[];
  initializers: readonly Initializer[];
  inputs: readonly Port[];
  outputs: readonly Port[];
  /** Said of the model, by name. */
  facts: Readonly<Record<string, string>>;
}

/** What one protocol buffer file may hold: readers stop at 2 GiB. */
const largestFile = 2 ** 31 - 1;

/**
 * An ONNX file, in pieces to be written one after the other.
 * @throws GlyphscopeError INVALID_INPUT when it would have 2 GiB or more
 */
export function encodeModel(graph: GraphDescription): readonly Uint8Array[] {
  const model = new Message()
    .integer(1, irVersion)
    .text(2, 'Glyphscope')
    .text(6, graph.about)
    .message(7, encodeGraph(graph))
    .message(8, new Message().text(1, '').integer(2, opset));
  for (const [key, value] of Object.entries(graph.facts)) model.message(14, new Message().text(1, key).text(2, value));
  if (model.length > largestFile)
    throw new GlyphscopeError('INVALID_INPUT', `The ${graph.name} has ${(model.length / 1e9).toFixed(1)} GB: an ONNX file holds less than 2 GiB.`, { subject: graph.name, remedy: 'Use model.safetensors of a run of this size with Glyphscope itself.' });
  return model.pieces;
}

function encodeGraph({ name, about, nodes, initializers, inputs, outputs }: GraphDescription): Message {
  const graph = new Message();
  nodes.forEach((node, i) => graph.message(1, encodeNode(node, `${node.operator} ${i}`)));
  graph.text(2, name);
  for (const array of initializers) graph.message(5, encodeInitializer(array));
  graph.text(10, about);
  for (const port of inputs) graph.message(11, encodePort(port));
  for (const port of outputs) graph.message(12, encodePort(port));
  return graph;
}

function encodeNode({ operator, inputs, outputs, attributes }: Node, name: string): Message {
  const node = new Message();
  for (const input of inputs) node.text(1, input);
  for (const output of outputs) node.text(2, output);
  node.text(3, name).text(4, operator);
  for (const [key, value] of Object.entries(attributes)) node.message(5, encodeAttribute(key, value));
  return node;
}

/** AttributeProto with its type (field 20): 1 a float, 2 a whole number, 7 several. */
function encodeAttribute(name: string, value: AttributeValue): Message {
  const attribute = new Message().text(1, name);
  if ('float' in value) return attribute.float(2, value.float).integer(20, 1);
  if ('integer' in value) return attribute.integer(3, value.integer).integer(20, 2);
  return attribute.integers(8, value.integers).integer(20, 7);
}

function encodeInitializer({ name, shape, data }: Initializer): Message {
  const type = data instanceof Float32Array ? dataType.float32 : dataType.int64;
  return new Message().integers(1, shape).integer(2, type).text(8, name).bytes(9, new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
}

function encodePort({ name, type, shape, about }: Port): Message {
  const sizes = new Message();
  for (const size of shape) sizes.message(1, typeof size === 'number' ? new Message().integer(1, size) : new Message().text(2, size));
  const tensor = new Message().integer(1, dataType[type]).message(2, sizes);
  return new Message().text(1, name).message(2, new Message().message(1, tensor)).text(3, about);
}
