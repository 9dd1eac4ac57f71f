/**
 * A TensorFlow graph as bytes, in the protocol buffer format of tensorflow/core/framework (graph.proto, node_def.proto,
 * attr_value.proto, tensor.proto, tensor_shape.proto): the few fields that a traced computation needs.
 */

/** TensorFlow's numbers of its types (types.proto). */
export const dataType = { float32: 1, int32: 3, int64: 9, bool: 10, bfloat16: 14, resource: 20 } as const;
export type DataType = keyof typeof dataType;

export type AttributeValue =
  | { kind: 'type'; value: number }
  | { kind: 'integer' | 'float'; value: number }
  | { kind: 'integers' | 'types'; value: number[] }
  | { kind: 'flag'; value: boolean }
  | { kind: 'text'; value: string }
  | { kind: 'shape'; value: number[] }
  | { kind: 'tensor'; type: DataType; shape: number[]; value: Uint8Array };

export interface GraphNode {
  name: string;
  operation: string;
  /** `node:output` for data, `^node` for what must have run before. */
  inputs: string[];
  attributes: Record<string, AttributeValue>;
}

export function encodeGraph(nodes: GraphNode[]): Uint8Array {
  const producer = [...tag(1, 0), ...varint(1882)]; // the graph version of TensorFlow 2.21, whose rules for attributes hold
  return Buffer.concat([...nodes.map((node) => message(1, encodeNode(node))), message(4, Buffer.from(producer))]);
}

function encodeNode(node: GraphNode): Buffer {
  const entries = Object.entries(node.attributes).map(([name, value]) => message(5, Buffer.concat([text(1, name), message(2, encodeAttribute(value))])));
  return Buffer.concat([text(1, node.name), text(2, node.operation), ...node.inputs.map((input) => text(3, input)), ...entries]);
}

function encodeAttribute(attribute: AttributeValue): Buffer {
  switch (attribute.kind) {
    case 'text':
      return text(2, attribute.value);
    case 'integer':
      return number(3, attribute.value);
    case 'float':
      return float(4, attribute.value);
    case 'flag':
      return number(5, attribute.value ? 1 : 0);
    case 'type':
      return number(6, attribute.value);
    case 'shape':
      return message(7, encodeShape(attribute.value));
    case 'tensor':
      return message(8, Buffer.concat([number(1, dataType[attribute.type]), message(2, encodeShape(attribute.shape)), message(4, attribute.value)]));
    case 'integers':
      return message(1, message(3, Buffer.concat(attribute.value.map((value) => Buffer.from(varint(value))))));
    case 'types':
      return message(1, message(6, Buffer.concat(attribute.value.map((value) => Buffer.from(varint(value))))));
  }
}

function encodeShape(shape: number[]): Buffer {
  return Buffer.concat(shape.map((size) => message(2, number(1, size))));
}

function message(field: number, content: Uint8Array): Buffer {
  return Buffer.concat([Buffer.from([...tag(field, 2), ...varint(content.length)]), content]);
}

function text(field: number, value: string): Buffer {
  return message(field, Buffer.from(value, 'utf8'));
}

function number(field: number, value: number): Buffer {
  return Buffer.from([...tag(field, 0), ...varint(value)]);
}

function float(field: number, value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeFloatLE(value);
  return Buffer.concat([Buffer.from(tag(field, 5)), bytes]);
}

function tag(field: number, wireType: number): number[] {
  return varint(field * 8 + wireType);
}

/** Seven bits a byte, least significant first; negative numbers as 64 bits of two's complement. */
function varint(value: number): number[] {
  let rest = BigInt.asUintN(64, BigInt(value));
  const bytes: number[] = [];
  for (; rest > 127n; rest >>= 7n) bytes.push(Number(rest & 127n) | 128);
  bytes.push(Number(rest));
  return bytes;
}
