import { expect, it } from 'vitest';
import { Message } from '../../../../../src-main/export/run/onnx/protobuf';

const bytes = (message: Message) => Buffer.concat(message.pieces).toString('hex');

// The examples of protobuf.dev/programming-guides/encoding.
it('a whole number is a varint behind its tag', () => {
  expect(bytes(new Message().integer(1, 150))).toBe('089601');
  expect(bytes(new Message().integer(1, 0))).toBe('0800');
});
it('a negative one has ten bytes', () => expect(bytes(new Message().integer(1, -2))).toBe('08feffffffffffffffff01'));
it('text and messages stand behind their length', () => {
  expect(bytes(new Message().text(2, 'testing'))).toBe('120774657374696e67');
  expect(bytes(new Message().message(3, new Message().integer(1, 150)))).toBe('1a03089601');
});
it('a single float is little endian', () => expect(bytes(new Message().float(2, 1))).toBe('150000803f'));
it('a field number above 15 takes two bytes', () => expect(bytes(new Message().integer(20, 7))).toBe('a00107'));
it('repeated numbers each have their tag', () => expect(bytes(new Message().integers(8, [0, -1]))).toBe(`4000${'40'}${'ff'.repeat(9)}01`));
it('what is no whole number is refused', () => expect(() => new Message().integer(1, 0.5)).toThrow('0.5 is no whole number'));
