import { describe, expect, it } from 'vitest';
import { smallStudent } from './small-student';
import './started-backend';

describe('the bidirectional interpreter', () => {
  const causal = smallStudent('residual', 1);
  const bidirectional = smallStudent('residual', 1, { interpreterAttention: 'bidirectional' }); // the same weights
  const symbols = Uint16Array.of(1, 4, 0, 2, 3, 3, 1, 0);

  it('reads a single symbol as the causal one does, and longer prefixes otherwise', async () => {
    const first = Uint16Array.of(1, 3);
    const [a, b] = [await causal.interpret(first, 2, 1), await bidirectional.interpret(first, 2, 1)];
    b.forEach((value, i) => expect(value).toBeCloseTo(a[i], 5));
    const [long, whole] = [await causal.interpret(symbols, 2, 4), await bidirectional.interpret(symbols, 2, 4)];
    expect(Math.max(...long.map((value, i) => Math.abs(value - whole[i])))).toBeGreaterThan(1e-3);
  });

  it('gives a prefix the embedding that it has alone', async () => {
    const features = Float32Array.from({ length: 16 }, (_, i) => Math.sin(i));
    const by = await bidirectional.embedPrefixes(features, [2, 4]);
    const { symbols: written } = await bidirectional.describe(features);
    for (const length of [2, 4]) {
      const cut = Uint16Array.from({ length: 2 * length }, (_, i) => written[Math.floor(i / length) * 4 + (i % length)]);
      const read = await bidirectional.interpret(cut, 2, length);
      by.get(length)!.forEach((value, i) => expect(value).toBeCloseTo(read[i], 4));
    }
  });

  it('has a whole passage that is the same for each row alone', async () => {
    const both = await bidirectional.interpret(symbols, 2, 4);
    const second = await bidirectional.interpret(symbols.slice(4), 1, 4);
    second.forEach((value, i) => expect(value).toBeCloseTo(both[8 + i], 5));
  });
});
