import { ORPCError } from '@orpc/client';
import { describe, expect, it } from 'vitest';
import type { Client } from '../../../src-renderer/client';
import { DescribeQueue } from '../../../src-renderer/state/describing.svelte';

const settled = () => new Promise((resolve) => setTimeout(resolve, 5));
const files = (...names: string[]) => names.map((name) => ({ name, file: new File(['x'], name) }));

/** An engine whose answers are given by hand, in any order. */
function engine() {
  const open = new Map<string, { give: () => void; refuse: (error: unknown) => void; signal: AbortSignal | undefined }>();
  let most = 0;
  const file = (input: { name: string }, options?: { signal?: AbortSignal }) =>
    new Promise((resolve, reject) => {
      const close = () => open.delete(input.name);
      open.set(input.name, { give: () => (close(), resolve({ name: input.name })), refuse: (error) => (close(), reject(error)), signal: options?.signal });
      options?.signal?.addEventListener('abort', () => (close(), reject(options.signal?.reason)));
      most = Math.max(most, open.size);
    });
  return { client: { describe: { file } } as unknown as Client, open, most: () => most };
}
const target = () => ({ run: 1, collection: 1 });

describe('DescribeQueue', () => {
  it('describes three at a time and keeps the order of the files', async () => {
    const { client, open, most } = engine();
    const queue = new DescribeQueue(client, target);
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
    const queue = new DescribeQueue(client, target);
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
    const queue = new DescribeQueue(client, target);
    await queue.add([...files('bad', 'good'), { name: 'locked', reason: 'Permission was denied.' }]);
    open.get('bad')?.refuse(new ORPCError('GLYPHSCOPE', { defined: true, data: { code: 'IMAGE_EMPTY', message: 'The file is empty.' } }));
    open.get('good')?.give();
    await settled();
    expect(queue.items.map((item) => item.state)).toEqual(['failed', 'done', 'failed']);
    expect(queue.items[0].error?.code).toBe('IMAGE_EMPTY');
    expect(queue.items[2].error).toMatchObject({ message: 'Permission was denied.', subject: 'locked' });
    expect([queue.done, queue.failed]).toEqual([1, 2]);
  });

  it('stops what is under way when cancelled, and can go on with new files', async () => {
    const { client, open } = engine();
    const queue = new DescribeQueue(client, target);
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
    const queue = new DescribeQueue(client, target);
    await queue.add(files('a', 'b'));
    expect(queue.chosen?.name).toBe('a');
    queue.clear();
    expect([queue.items.length, queue.chosen, queue.busy]).toEqual([0, null, false]);
  });

  it('asks for the neighbours of a late file only when it is looked at', async () => {
    const asked: [string, number][] = [];
    const file = async (input: { name: string; neighbours: number }) => (asked.push([input.name, input.neighbours]), { name: input.name });
    const queue = new DescribeQueue({ describe: { file } } as unknown as Client, target);
    await queue.add(files(...Array.from({ length: 250 }, (_, i) => `${i}`)));
    while (queue.busy) await settled();
    expect([asked[0], asked[249]]).toEqual([['0', 12], ['249', 0]]);
    const last = queue.items[249];
    expect(last.withNeighbours).toBe(false);
    queue.choose(last.id);
    await settled();
    expect([asked.length, asked[250], last.withNeighbours, queue.done]).toEqual([251, ['249', 12], true, 250]);
  });

  it('says so when there is no run to describe with', async () => {
    const { client, open } = engine();
    const queue = new DescribeQueue(client, () => null);
    await queue.add(files('a', 'b', 'c', 'd', 'e'));
    expect(queue.items.every((item) => item.error?.code === 'RUN_NOT_TRAINED')).toBe(true);
    expect([queue.failed, open.size]).toEqual([5, 0]);
  });
});
