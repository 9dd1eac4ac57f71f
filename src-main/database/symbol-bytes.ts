/** Symbols as big-endian uint16: the order of the bytes is the order of the sequences. */
export function symbolsToBytes(symbols: ArrayLike<number>): Buffer {
  const bytes = Buffer.allocUnsafe(symbols.length * 2);
  for (let i = 0; i < symbols.length; i++) bytes.writeUInt16BE(symbols[i], i * 2);
  return bytes;
}

export function bytesToSymbols(bytes: Uint8Array): number[] {
  const symbols = new Array<number>(bytes.length / 2);
  for (let i = 0; i < symbols.length; i++) symbols[i] = (bytes[i * 2] << 8) | bytes[i * 2 + 1];
  return symbols;
}
