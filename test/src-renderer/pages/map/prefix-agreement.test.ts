import Database from 'better-sqlite3';
import { expect, it } from 'vitest';
import { mulberry32 } from '../../../../src-main/evaluation/split';
import { prefixAgreement } from '../../../../src-renderer/pages/map/prefix-agreement';
import { PrefixIds } from '../../../../src-renderer/pages/map/prefix-ids';

const [n, length] = [300, 3];

it('counts the same pairs as SQL does', () => {
  const random = mulberry32(3);
  const described = () => Uint16Array.from({ length: n * length }, () => Math.floor(random() ** 2 * 6));
  const [a, b] = [described(), described()];
  const rows = { a: Int32Array.from({ length: n }, (_, i) => i), b: Int32Array.from({ length: n }, (_, i) => i) };
  const found = prefixAgreement({ prefixes: new PrefixIds(a, length), length }, { prefixes: new PrefixIds(b, length), length }, rows);

  const db = new Database(':memory:');
  db.exec('CREATE TABLE d (image INTEGER, run TEXT, symbols TEXT)');
  const put = db.prepare('INSERT INTO d VALUES (?, ?, ?)');
  for (let i = 0; i < n; i++) for (const [run, symbols] of [['a', a], ['b', b]] as const) put.run(i, run, [...symbols.subarray(i * length, (i + 1) * length)].join(' '));
  const pairs = (run: string, prefix: number) => `SELECT x.image AS i, y.image AS j FROM d x JOIN d y ON x.run = '${run}' AND y.run = '${run}' AND x.image < y.image AND substr(x.symbols, 1, ${2 * prefix - 1}) = substr(y.symbols, 1, ${2 * prefix - 1})`;
  const count = (sql: string) => db.prepare<[], { n: number }>(`SELECT count(*) AS n FROM (${sql})`).get()!.n;
  for (let prefix = 1; prefix <= length; prefix++)
    expect(found[prefix - 1]).toMatchObject({ length: prefix, here: count(pairs('a', prefix)), there: count(pairs('b', prefix)), both: count(`${pairs('a', prefix)} INTERSECT ${pairs('b', prefix)}`) });
  expect(found[0].share).toBeGreaterThan(0);
  db.close();
});
