import { ORPCError } from '@orpc/client';
import { describe, expect, it } from 'vitest';
import type { Client } from '../../../src-renderer/client';
import { batchLength, DescribeQueue } from '../../../src-renderer/state/describing.svelte';
import { bytesAtOnce } from '../../../src-main/contract/describing';

const settled = () => new Promise((resolve) => setTimeout(resolve, 5));
const files = (...names: string[]) => names.map((name) => ({ name, file: new File(['x'], name) }));

interface Input {
  run: number;
  files: { name: string }[];
}

/** An engine whose answers are given by hand, in any order; a request is known by the first of its files. */
function engine() {
  const open = new Map<string, { give: () => void; answer: (outcomes: unknown[]) => void; refuse: (error: unknown) => void }>();
  const asked: string[][] = [];
  let most = 0;
  const describe = (input: Input, options?: { signal?: AbortSignal }) =>
    new Promise((resolve, reject) => {
      const names = input.files.map(({ name }) => name);
      asked.push(names);
      const close = () => open.delete(names[0]);
      const answer = (outcomes: unknown[]) => (close(), resolve(outcomes));
      open.set(names[0], { give: () => answer(names.map((name) => ({ file: { name } }))), answer, refuse: (error) => (close(), reject(error)) });
      options?.signal?.addEventListener('abort', () => (close(), reject(options.signal?.reason)));
      most = Math.max(most, open.size);
    });
  return { client: { describe: { files: describe } } as unknown as Client, open, asked, most: () => most };
}
const run = () => 1;

describe('DescribeQueue', () => {
  it('describes three at a time and keeps the order of the files', async () => {
    const { client, open, most } = engine();
    const queue = new DescribeQueue(client, run);
    await queue.add(files('a', 'b', 'c', 'd', 'e'));
    expect([...open.keys()]).toEqual(['a', 'b', 'c']);
    open.get('c')?.give();
    await settled();
    expect([...open.keys()]).toEqual(['a', 'b', 'd']);
    for (const name of ['b', 'd', 'a']) open.get(name)?.give();
    await settled();
    open.get('e')?.give();
    await settled();
    expect(queue.items.map((item) => [item.name, item.state])).toEqual(['a', 'b', 'c', 'd', 'e'].map((name) => [name, 'done']));
    expect([queue.done, queue.busy, most()]).toEqual([5, false, 3]);
  });

  it('describes the first file while the folder is still being read', async () => {
    const { client, open } = engine();
    const queue = new DescribeQueue(client, run);
    let goOn: () => void = () => undefined;
    const reading = queue.add((async function* () {
      yield* files('first');
      await new Promise<void>((resolve) => (goOn = resolve));
      yield* files('last');
    })());
    await settled();
    expect([...open.keys()]).toEqual(['first']);
    expect([queue.items.length, queue.busy]).toEqual([1, true]);
    goOn();
    await reading;
    expect(queue.items.map((item) => item.name)).toEqual(['first', 'last']);
  });

  it('names a file that fails with the reason, and goes on', async () => {
    const { client, open } = engine();
    const queue = new DescribeQueue(client, run);
    await queue.add([...files('bad', 'good'), { name: 'locked', reason: 'Permission was denied.' }]);
    open.get('bad')?.answer([{ error: { code: 'IMAGE_EMPTY', message: 'The file is empty.' } }]);
    open.get('good')?.give();
    await settled();
    expect(queue.items.map((item) => item.state)).toEqual(['failed', 'done', 'failed']);
    expect(queue.items[0].error?.code).toBe('IMAGE_EMPTY');
    expect(queue.items[2].error).toMatchObject({ message: 'Permission was denied.', subject: 'locked' });
    expect([queue.done, queue.failed]).toEqual([1, 2]);
  });

  it('stops what is under way when cancelled, and can go on with new files', async () => {
    const { client, open } = engine();
    const queue = new DescribeQueue(client, run);
    await queue.add(files('a', 'b', 'c', 'd'));
    open.get('a')?.give();
    await settled();
    queue.cancel();
    await settled();
    expect(queue.items.map((item) => item.state)).toEqual(['done', 'cancelled', 'cancelled', 'cancelled']);
    expect([queue.cancelled, queue.busy, open.size]).toEqual([3, false, 0]);
    await queue.add(files('e'));
    open.get('e')?.give();
    await settled();
    expect(queue.items[4].state).toBe('done');
  });

  it('chooses the first file by itself and is empty after clearing', async () => {
    const { client } = engine();
    const queue = new DescribeQueue(client, run);
    await queue.add(files('a', 'b'));
    expect(queue.chosen?.name).toBe('a');
    queue.clear();
    expect([queue.items.length, queue.chosen, queue.busy]).toEqual([0, null, false]);
  });

  it('sends many files in batches, all of them once, and a few one by one', async () => {
    const { client, open, asked, most } = engine();
    const queue = new DescribeQueue(client, run);
    await queue.add(files(...Array.from({ length: 1000 }, (_, i) => `${i}`)));
    while (queue.busy) {
      for (const { give } of [...open.values()]) give();
      await settled();
    }
    expect(asked.flat().sort()).toEqual(Array.from({ length: 1000 }, (_, i) => `${i}`).sort());
    expect([Math.max(...asked.map(({ length }) => length)), asked[0].length, asked.at(-1)!.length, most(), queue.done]).toEqual([32, 1, 1, 3, 1000]);
    expect(asked.length).toBeLessThan(120);
  });

  it('a batch has no more bytes than one request may have, and at least one file', () => {
    expect(batchLength([])).toBe(0);
    expect(batchLength([bytesAtOnce * 2, 1])).toBe(1);
    expect(batchLength(Array.from({ length: 900 }, () => bytesAtOnce / 4))).toBe(4);
    expect(batchLength(Array.from({ length: 11 }, () => 1))).toBe(1);
  });

  it('describes all again when asked, files that failed as well', async () => {
    const { client, open } = engine();
    let current = 1;
    const queue = new DescribeQueue(client, () => current);
    await queue.add([...files('a', 'b'), { name: 'locked', reason: 'Permission was denied.' }]);
    open.get('a')?.give();
    open.get('b')?.refuse(new ORPCError('GLYPHSCOPE', { defined: true, data: { code: 'PROCESS_DIED', message: 'It ended.' } }));
    await settled();
    expect([queue.done, queue.failed, queue.items[0].run]).toEqual([1, 2, 1]);
    current = 2;
    queue.again();
    expect(queue.items.map((item) => item.state)).toEqual(['working', 'working', 'failed']);
    for (const { give } of [...open.values()]) give();
    await settled();
    expect([queue.done, queue.failed, queue.busy, queue.items[0].run]).toEqual([2, 1, false, 2]);
  });

  it('says so when there is no run to describe with', async () => {
    const { client, open } = engine();
    const queue = new DescribeQueue(client, () => null);
    await queue.add(files('a', 'b', 'c', 'd', 'e'));
    expect(queue.items.every((item) => item.error?.code === 'RUN_NOT_TRAINED')).toBe(true);
    expect([queue.failed, open.size]).toEqual([5, 0]);
  });
});
