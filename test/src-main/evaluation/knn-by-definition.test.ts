import { expect, test } from 'vitest';
import { weightedKnn } from '../../../src-main/evaluation/knn';
import { plainProduct } from '../../../src-main/evaluation/matrix-product';
import { normal, seeded } from './random';

/** Every order of 0 … n − 1. */
function orders(n: number): number[][] {
  if (n === 0) return [[]];
  return orders(n - 1).flatMap((order) => Array.from({ length: n }, (_, at) => order.toSpliced(at, 0, n - 1)));
}

const all = orders(6);

/** The expected vote by its definition: the mean over every order of the bank of the votes of the k first by similarity. */
function expectedVotes(similarities: number[], labels: number[], classes: number, k: number, temperature: number): number[] {
  const votes = new Array<number>(classes).fill(0);
  for (const order of all)
    for (const image of order.toSorted((a, b) => similarities[b] - similarities[a]).slice(0, k)) // stable: ties keep the order
      votes[labels[image]] += Math.exp(similarities[image] / temperature) / all.length;
  return votes;
}

test('the k-NN vote is its mean over every order of the bank, equal classes in every order', async () => {
  const random = seeded(17);
  const [width, classes, n, temperature] = [3, 7, 6, 0.5];
  for (let round = 0; round < 12; round++) {
    const rows = Array.from({ length: 3 }, () => Array.from({ length: width }, () => Math.fround(normal(random)))); // at most three different images
    const bank = Array.from({ length: n }, () => rows[Math.floor(random() * rows.length)]);
    const labels = Array.from({ length: n }, () => Math.floor(random() * classes));
    const query = rows[0];
    const cosine = (row: number[]) => row.reduce((sum, value, i) => sum + value * query[i], 0) / (Math.hypot(...row) * Math.hypot(...query));
    for (const k of [1, 2, 3, 5, 6])
      for (let label = 0; label < classes; label++) {
        const votes = expectedVotes(bank.map(cosine), labels, classes, k, temperature);
        const same = (a: number, b: number) => Math.abs(a - b) < 1e-9;
        const above = votes.filter((vote) => vote > votes[label] && !same(vote, votes[label])).length;
        const equal = votes.filter((vote) => same(vote, votes[label])).length;
        const chance = (places: number) => Math.min(1, Math.max(0, (places - above) / equal));
        const found = await weightedKnn({
          bank: Float32Array.from(bank.flat()), bankLabels: Int32Array.from(labels), queries: Float32Array.from(query), queryLabels: Int32Array.of(label),
          width, classes, k: [k], temperature, product: plainProduct,
        });
        expect(found.top1).toBeCloseTo(chance(1), 9);
        expect(found.top5).toBeCloseTo(chance(Math.min(5, k)), 9);
      }
  }
});
