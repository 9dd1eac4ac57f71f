import { ORPCError } from '@orpc/client';
import { describe, expect, it, vi } from 'vitest';
import type { Client } from '../../../src-renderer/client';
import { freeName, Imports, nameProblem } from '../../../src-renderer/state/imports.svelte';

const files = (...names: string[]) => names.map((name) => ({ name, file: new File(['x'], name) }));
const refusal = (code: string, message: string) => new ORPCError('GLYPHSCOPE', { defined: true, data: { code, message } });

function engine(uploadFile: (input: { name: string }, options?: { signal?: AbortSignal }) => Promise<void>) {
  const calls = {
    beginUpload: vi.fn(async () => ({ upload: 'u' })),
    uploadFile: vi.fn(uploadFile),
    finishUpload: vi.fn(async () => ({ job: 'j' })),
    fromGrant: vi.fn(async () => ({ job: 'g' })),
  };
  return { calls, client: { imports: calls } as unknown as Client };
}

describe('names of collections', () => {
  it('come from the folder or archive, and never from one that is taken', () => {
    expect(freeName('cifar10.tar.gz', [])).toBe('cifar10');
    expect(freeName('birds', ['birds', 'birds 2'])).toBe('birds 3');
    expect(freeName('a/b\\c', [])).toBe('a b c');
    expect(freeName('///', [])).toBe('Images');
  });
  it('are refused with a sentence', () => {
    expect(nameProblem('birds')).toBeNull();
    expect(nameProblem('')).toBe('A name needs at least one character.');
    expect(nameProblem('a/b')).toBe('A name has no slash, backslash or control character.');
  });
});

describe('Imports', () => {
  it('sends every file, then begins the import', async () => {
    const { client, calls } = engine(async () => undefined);
    const imports = new Imports(client);
    imports.propose({ kind: 'files', name: 'f', files: files('a', 'b', 'c', 'd', 'e', 'f'), count: 6 });
    await imports.start('F');
    expect(calls.uploadFile.mock.calls.map(([input]) => input.name)).toEqual(['a', 'b', 'c', 'd', 'e', 'f']);
    expect(calls.finishUpload).toHaveBeenCalledWith({ upload: 'u', collection: 'F' });
    expect([imports.started, imports.upload, imports.pending, imports.error]).toEqual([['j'], null, null, null]);
  });

  it('goes on past a file that is refused as an image, and stops at a full disk', async () => {
    const { client, calls } = engine(async ({ name }) => {
      if (name === 'bad') throw refusal('IMAGE_TOO_LARGE', 'Too large.');
      if (name === 'full') throw refusal('DISK_FULL', 'The disk is full.');
    });
    const imports = new Imports(client);
    imports.propose({ kind: 'files', name: 'f', files: files('bad', 'good'), count: 2 });
    await imports.start('F');
    expect(imports.started).toEqual(['j']);
    imports.propose({ kind: 'files', name: 'f', files: files('full', 'x'), count: 2 });
    await imports.start('G');
    expect(imports.error?.code).toBe('DISK_FULL');
    expect(calls.finishUpload).toHaveBeenCalledTimes(1);
  });

  it('ends without an error when the upload is cancelled', async () => {
    const { client, calls } = engine((_, options) => new Promise((_resolve, reject) => options?.signal?.addEventListener('abort', () => reject(options.signal?.reason))));
    const imports = new Imports(client);
    imports.propose({ kind: 'files', name: 'f', files: files('a', 'b'), count: 2 });
    const started = imports.start('F');
    await new Promise((resolve) => setTimeout(resolve, 5));
    imports.cancelUpload();
    await started;
    expect([imports.error, imports.upload]).toEqual([null, null]);
    expect(calls.finishUpload).not.toHaveBeenCalled();
  });

  it('imports by the grant of the shell without sending anything', async () => {
    const { client, calls } = engine(async () => undefined);
    const imports = new Imports(client);
    imports.propose({ kind: 'grant', grant: 'abc', name: 'birds' });
    await imports.start('Birds');
    expect(calls.fromGrant).toHaveBeenCalledWith({ grant: 'abc', collection: 'Birds' });
    expect(calls.beginUpload).not.toHaveBeenCalled();
  });
});
