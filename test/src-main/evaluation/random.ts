export { mulberry32 as seeded } from '../../../src-main/evaluation/split';

export function normal(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

export function shuffled(n: number, random: () => number): number[] {
  const order = Array.from({ length: n }, (_, i) => i);
  for (let i = n - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    [order[i], order[j]] = [order[j], order[i]];
  }
  return order;
}

export function pickRows(rows: Float32Array, width: number, order: number[]): Float32Array {
  const out = new Float32Array(order.length * width);
  order.forEach((i, at) => out.set(rows.subarray(i * width, (i + 1) * width), at * width));
  return out;
}
