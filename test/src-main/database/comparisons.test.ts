import { join } from 'node:path';
import { expect, it } from 'vitest';
import { readComparisons, writeComparisons } from '../../../src-main/database/comparisons';
import { openReadHandle, openWriteHandle } from '../../../src-main/database/handles';
import { migrate } from '../../../src-main/database/migrations';
import { temporaryFolder } from './library.fixture';

it('keeps a comparison whole, the newest of each pair, and lets it go with either run', () => {
  const file = join(temporaryFolder(), 'library.sqlite');
  const { handle, close } = openWriteHandle(file, { durable: false });
  migrate(handle, () => undefined);
  handle.exec(`
    INSERT INTO collections (id, name, created_at) VALUES (1, 'c', 0);
    INSERT INTO runs (id, name, variant, state, config, collection_name, teacher, created_at) VALUES (1, 'a', 'GS 4', 'finished', '{}', 'c', 't', 0), (2, 'b', 'GS 4', 'finished', '{}', 'c', 't', 0);
  `);
  const reader = openReadHandle(file);
  const [read, write] = [readComparisons(reader.handle), writeComparisons(handle)];
  const pair = { run: 1, other: 2, collection: 1 };
  const stored = { ...pair, step: 100, otherStep: 50, neighbours: 10, images: new Int32Array([7, 70_000]), kept: new Uint8Array([3, 10]), createdAt: 5 };
  write.put({ ...stored, kept: new Uint8Array([0, 0]) });
  write.put(stored);
  expect(read.of(pair)).toEqual(stored);
  expect(read.of({ ...pair, run: 2, other: 1 })).toBeNull();
  handle.exec('DELETE FROM runs WHERE id = 2');
  expect(read.of(pair)).toBeNull();
  reader.close();
  close();
});
