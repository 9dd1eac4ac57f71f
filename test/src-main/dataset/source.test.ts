import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openSource } from '../../../src-main/dataset/source';
import { removeFolder, temporaryFolder } from '../../support/temporary';
import { listing, sampleImages, samplePath, writeTar, zipOf } from './archives';

let folder: string;
let image: Buffer;
beforeAll(async () => {
  folder = temporaryFolder('source');
  [{ bytes: image }] = await sampleImages(1);
});
afterAll(() => removeFolder(folder));

function write(...names: string[]): string {
  const root = join(folder, `tree-${Math.random().toString(36).slice(2)}`);
  for (const name of names) {
    mkdirSync(join(root, name, '..'), { recursive: true });
    writeFileSync(join(root, name), image);
  }
  return root;
}
const refusal = async (work: () => Promise<unknown>) => work().then(() => 'opened', (error: { code: string; message: string }) => `${error.code} ${error.message}`);

describe('a folder', () => {
  it('gives its images in the order of their names, with split and label', async () => {
    const root = write('set/train/dog/b.jpg', 'set/train/cat/a.jpg', 'set/test/cat/z.JPEG', 'set/notes.txt', 'set/.DS_Store', '__MACOSX/x.jpg', '.git/y.jpg');
    const { rows, skipped, failures, listed, entries } = await listing(root);
    expect(rows).toEqual([
      ['set/test/cat/z.JPEG', 'test', 'cat', image.length],
      ['set/train/cat/a.jpg', 'train', 'cat', image.length],
      ['set/train/dog/b.jpg', 'train', 'dog', image.length],
    ]);
    expect([skipped, failures, listed]).toEqual([['set/notes.txt'], {}, 3]);
    expect(entries[0]).toMatchObject({ size: image.length, path: join(root, 'set/test/cat/z.JPEG') });
    expect(Number.isInteger(entries[0].modifiedAt)).toBe(true);
  });

  it('survives names with emoji, spaces, line breaks and leading hyphens', async () => {
    const names = ['-rf/1.png', '🦊 fuchs/2.png', 'line\nbreak/3.png', 'مرحبا/4.png', `${'ä'.repeat(100)}/5.png`];
    const { rows } = await listing(write(...names));
    expect(rows.map(([name]) => name).sort()).toEqual(names.sort());
  });

  it('reads links inside the folder and names those that lead elsewhere, nowhere or round in circles', async () => {
    const root = write('a/1.jpg', 'b/2.jpg');
    const outside = write('secret.jpg');
    symlinkSync('../a/1.jpg', join(root, 'b/inside.jpg'));
    symlinkSync(join(outside, 'secret.jpg'), join(root, 'b/outside.jpg'));
    symlinkSync('missing.jpg', join(root, 'b/missing-link.jpg'));
    symlinkSync('loop.jpg', join(root, 'b/loop.jpg'));
    symlinkSync('..', join(root, 'b/up'));
    const { rows, failures } = await listing(root);
    expect(rows.map(([name]) => name)).toEqual(['a/1.jpg', 'b/2.jpg', 'b/inside.jpg']);
    expect(failures).toEqual({
      'b/outside.jpg': 'IMAGE_UNREADABLE: A link that leads outside the folder; it is not followed.',
      'b/missing-link.jpg': 'IMAGE_GONE: A link to a file that is not there.',
      'b/loop.jpg': 'IMAGE_UNREADABLE: A link that leads to itself.',
      'b/up': 'SOURCE_UNREADABLE: A link to a folder; linked folders are not entered.',
    });
  });

  it.skipIf(process.platform === 'win32')('never opens a pipe or a device', async () => {
    const root = write('a/1.jpg');
    execFileSync('mkfifo', [join(root, 'a/pipe.png')]);
    symlinkSync('/dev/zero', join(root, 'a/zero.png'));
    const { rows, failures } = await listing(root);
    expect(rows.length).toBe(1);
    expect(failures).toEqual({ 'a/pipe.png': 'IMAGE_UNREADABLE: Not a regular file.', 'a/zero.png': 'IMAGE_UNREADABLE: A link that leads outside the folder; it is not followed.' });
  });

  it('names formats without a reader and folders that may not be read', async () => {
    const root = write('a/1.jpg', 'a/photo.HEIC', 'a/drawing.svg', 'locked/2.jpg');
    chmodSync(join(root, 'locked'), 0);
    const { failures } = await listing(root);
    chmodSync(join(root, 'locked'), 0o700);
    expect(failures).toMatchObject({ 'a/photo.HEIC': 'IMAGE_UNSUPPORTED: HEIC images cannot be read.', 'a/drawing.svg': 'IMAGE_UNSUPPORTED: SVG images cannot be read.' });
    if (process.getuid?.() !== 0) expect(failures.locked).toBe('SOURCE_UNREADABLE: You may not read this folder.');
  });

  it('stops when it is cancelled', async () => {
    const root = write('a/1.jpg', 'b/2.jpg');
    const cancel = new AbortController();
    const entries = (await openSource(root)).entries({ signal: cancel.signal });
    await entries.next();
    cancel.abort();
    await expect(entries.next()).rejects.toMatchObject({ code: 'CANCELLED' });
  });
});

describe('archives', () => {
  it('give the same as a folder: .zip, .tar, .tar.gz and .tgz under any name', async () => {
    const members = ['set/train/cat/a.jpg', 'set/test/dog/b.jpg', 'set/readme.md', 'set/.DS_Store'].map((name) => ({ name, bytes: image }));
    writeFileSync(join(folder, 'a.zip'), zipOf(members));
    writeFileSync(join(folder, 'misnamed.tar.gz'), zipOf(members));
    for (const name of ['a.tar', 'a.tar.gz', 'a.tgz']) await writeTar(join(folder, name), members);
    for (const name of ['a.zip', 'misnamed.tar.gz', 'a.tar', 'a.tar.gz', 'a.tgz']) {
      const { rows, skipped, failures, listed, entries } = await listing(join(folder, name));
      expect(rows, name).toEqual([
        ['set/train/cat/a.jpg', 'train', 'cat', image.length],
        ['set/test/dog/b.jpg', 'test', 'dog', image.length],
      ]);
      expect([skipped, failures, listed, entries[0].path]).toEqual([['set/readme.md'], {}, 2, null]);
      expect((await openSource(join(folder, name))).kind).toBe('archive');
    }
  });

  it('make hostile names harmless and do not follow links', async () => {
    const members = [
      { name: '../../../etc/cat/1.png', bytes: image },
      { name: '/absolute/2.png', bytes: image },
    ];
    writeFileSync(join(folder, 'slip.zip'), zipOf([...members, { name: 'C:\\dos\\3.png', bytes: image }, { name: 'link.png', bytes: Buffer.from('/etc/passwd'), mode: 0o120777 }]));
    await writeTar(join(folder, 'slip.tar'), [...members, { name: 'link.png', bytes: Buffer.alloc(0), type: 'symlink' }, { name: 'hard.png', bytes: Buffer.alloc(0), type: 'link' }, { name: 'pipe.png', bytes: Buffer.alloc(0), type: 'fifo' }]);
    const zip = await listing(join(folder, 'slip.zip'));
    expect(zip.rows.map(([name]) => name)).toEqual(['etc/cat/1.png', 'absolute/2.png', 'dos/3.png']);
    expect(zip.failures).toEqual({ 'link.png': 'IMAGE_UNREADABLE: A link inside an archive; links are not followed.' });
    const tar = await listing(join(folder, 'slip.tar'));
    expect(tar.rows.map(([name]) => name)).toEqual(['etc/cat/1.png', 'absolute/2.png']);
    expect(Object.keys(tar.failures)).toEqual(['link.png', 'hard.png', 'pipe.png']);
  });

  it('name a member that is damaged, and go on', async () => {
    const good = zipOf([{ name: 'a/1.jpg', bytes: image }, { name: 'b/2.jpg', bytes: image }]); // prettier-ignore
    const broken = Buffer.from(good);
    broken.fill(0xff, 45, 60); // inside the first member's data
    writeFileSync(join(folder, 'broken.zip'), broken);
    const results: string[] = [];
    for await (const entry of (await openSource(join(folder, 'broken.zip'))).entries()) results.push(`${entry.name} ${await refusal(() => entry.read())}`);
    expect(results[0]).toMatch(/^a\/1.jpg IMAGE_UNREADABLE Damaged inside the \.zip/);
    expect(results[1]).toBe('b/2.jpg opened');
  });

  it('refuse a member that is larger than it says or than is allowed', async () => {
    writeFileSync(join(folder, 'lies.zip'), zipOf([{ name: 'a/1.png', bytes: Buffer.alloc(1_000_000), statedSize: 10 }, { name: 'a/2.png', bytes: image, statedSize: 300 * 1024 * 1024 }])); // prettier-ignore
    const failures: string[] = [];
    const results: string[] = [];
    for await (const entry of (await openSource(join(folder, 'lies.zip'))).entries({ onFailure: ({ name, reason }) => failures.push(`${name} ${reason}`) })) {
      results.push(`${entry.name} ${await refusal(() => entry.read())}`);
    }
    expect(results).toEqual([expect.stringMatching(/^a\/1\.png IMAGE_UNREADABLE Damaged inside the \.zip/)]);
    expect(failures).toEqual(['a/2.png The file has 300 MiB; the limit is 256 MiB.']);
  });

  it('say when they are cut short', async () => {
    await writeTar(join(folder, 'whole.tar.gz'), [{ name: 'a/1.jpg', bytes: image }, { name: 'a/2.jpg', bytes: image }]); // prettier-ignore
    writeFileSync(join(folder, 'cut.tar.gz'), readFileSync(join(folder, 'whole.tar.gz')).subarray(0, 700));
    writeFileSync(join(folder, 'cut.zip'), zipOf([{ name: 'a/1.jpg', bytes: image }]).subarray(0, 500));
    for (const name of ['cut.tar.gz', 'cut.zip']) {
      expect(await refusal(() => listing(join(folder, name)))).toMatch(new RegExp(`^SOURCE_UNREADABLE The .* is damaged .*${name}$`));
    }
  });

  it('stop when cancelled, and let go of the file when left early', async () => {
    for (const path of [samplePath, join(folder, 'a.tar.gz')]) {
      const cancel = new AbortController();
      const entries = (await openSource(path)).entries({ signal: cancel.signal });
      await entries.next();
      cancel.abort();
      await expect(entries.next()).rejects.toMatchObject({ code: 'CANCELLED' });
      const early = (await openSource(path)).entries();
      await early.next();
      await early.return();
      expect((await early.next()).done).toBe(true);
    }
  });
});

describe('openSource', () => {
  it('says what is wrong with a path', async () => {
    writeFileSync(join(folder, 'single.jpg'), image);
    expect(await refusal(() => openSource(join(folder, 'nothing')))).toMatch(/^SOURCE_UNREADABLE There is nothing at this path: /);
    expect(await refusal(() => openSource(join(folder, 'single.jpg')))).toMatch(/^SOURCE_UNREADABLE Not a folder, \.zip, \.tar or \.tar\.gz: /);
  });
  it('proposes a title', async () => {
    expect((await openSource(samplePath)).title).toBe('cifar10-sample');
  });
  it('reads the sample collection: 200 training and 50 test images of ten classes', async () => {
    const counts = new Map<string, number>();
    for await (const { split, label } of (await openSource(samplePath)).entries()) counts.set(`${split} ${label}`, (counts.get(`${split} ${label}`) ?? 0) + 1);
    expect(counts.size).toBe(20);
    for (const [key, count] of counts) expect(count).toBe(key.startsWith('train') ? 200 : 50);
  });
});

describe('fingerprint', () => {
  it('follows the bytes, not the name or the date', async () => {
    writeFileSync(join(folder, 'f1.zip'), zipOf([{ name: 'a/1.jpg', bytes: image }]));
    writeFileSync(join(folder, 'f2.zip'), zipOf([{ name: 'a/1.jpg', bytes: image }]));
    writeFileSync(join(folder, 'f3.zip'), zipOf([{ name: 'a/2.jpg', bytes: image }]));
    const [one, two, three] = await Promise.all(['f1.zip', 'f2.zip', 'f3.zip'].map(async (name) => (await openSource(join(folder, name))).fingerprint()));
    expect(one).toMatch(/^\d+:[0-9a-f]{64}$/);
    expect(two).toBe(one);
    expect(three).not.toBe(one);
    expect(await (await openSource(folder)).fingerprint()).toBeNull();
  });
});
