import fs from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import yauzl from 'yauzl';
import { commands } from '../../src-main/cli/commands';
import { doctorReport } from '../../src-main/contract/system';
import { evaluation } from '../../src-main/contract/evaluation';
import { writeBrokenFolder, writePictures } from '../support/images';
import { engineEntry, root, runCommand, startCommand, until } from '../support/command-line';
import { removeFolder, temporaryFolder } from '../support/temporary';

/** The built command line on real images, from import to map, as a script would use it. */
describe('the command line', () => {
  let folder: string;
  let library: string;
  const glyphscope = (...args: string[]) => runCommand([...args, '--library', library]);
  const json = async <T>(...args: string[]): Promise<T> => {
    const { status, stdout, stderr } = await glyphscope(...args, '--json');
    expect(status, stderr).toBe(0);
    return JSON.parse(stdout) as T;
  };

  beforeAll(async () => {
    if (!fs.existsSync(engineEntry)) throw new Error('The engine is not built: run `npm run build`.');
    folder = temporaryFolder('cli');
    library = path.join(folder, 'library');
    await unpackSample(path.join(folder, 'photos'), 12);
  });
  afterAll(() => removeFolder(folder));

  it('imports a folder of real images with its splits and labels; again, without work', async () => {
    const first = await json<Record<string, unknown>>('import', path.join(folder, 'photos'), '--collection', 'photos');
    expect(first).toMatchObject({ collection: 'photos', images: 240, imported: 240, known: 0, failed: 0, failures: [] });
    const again = await json<Record<string, unknown>>('import', path.join(folder, 'photos'), '--collection', 'photos');
    expect(again).toMatchObject({ images: 240, imported: 0, known: 240 });
    const { collections } = await json<{ collections: { name: string; splits: object; labels: object[] }[] }>('collections');
    expect(collections).toHaveLength(1);
    expect(collections[0]).toMatchObject({ name: 'photos', splits: { train: 120, test: 120, none: 0 } });
    expect(collections[0].labels).toHaveLength(10);
  });

  it('finds images by a query, counts them, and points at what is wrong in one', async () => {
    const cats = await glyphscope('query', 'label:cat -split:test', '--collection', 'photos', '--limit', '5', '--json');
    const lines = cats.stdout.trim().split('\n').map((line) => JSON.parse(line) as { label: string; split: string; symbols: null });
    expect(lines).toHaveLength(5);
    for (const line of lines) expect(line).toMatchObject({ label: 'cat', split: 'train', symbols: null, excluded: false });
    expect(cats.stderr).toContain('The first 5 of 12 images');
    expect(await json('query', 'not label:cat', '--collection', 'photos', '--count')).toEqual({ count: 216 });
    const wrong = await glyphscope('query', 'label:cat (dog', '--collection', 'photos');
    expect(wrong.status).not.toBe(0);
    expect(wrong.stderr).toContain('label:cat (dog\n          ^\nThis bracket is not closed.');
  });

  it('computes features, trains, encodes, evaluates, finds neighbours and draws the map', async () => {
    expect(await json('features', '--collection', 'photos')).toMatchObject({ ready: 240, failed: 0 });
    const run = await json<Record<string, unknown>>('train', '--collection', 'photos', '--quantizer', 'gumbel', '--vocabulary', '12', '--preset', 'tiny', '--steps', '20', '--batch', '8', '--backend', 'wasm', '--name', 'first');
    expect(run).toMatchObject({ name: 'first', variant: 'GS 12', state: 'finished', step: 20 });
    expect(await json('encode', '--run', 'first', '--collection', 'photos')).toMatchObject({ described: 240, failed: 0 });
    const report = evaluation.parse(await json('evaluate', '--run', 'first', '--collection', 'photos'));
    expect(report).toMatchObject({ run: 'first', collection: 'photos', trainImages: 120, testImages: 120 });
    expect(Object.keys(report.teacher.knn.k)).toEqual(['10', '20', '100', '200']);
    const { runs } = await json<{ runs: { embedded: boolean }[] }>('runs');
    expect(runs.filter(({ embedded }) => !embedded)).toEqual([expect.objectContaining({ name: 'first', variant: 'GS 12', state: 'finished', encoded: ['photos'] })]);

    const file = path.join(folder, 'photos', 'test', 'cat', fs.readdirSync(path.join(folder, 'photos', 'test', 'cat'))[0]);
    const found = await json<{ symbols: number[]; searched: number; byEmbedding: { name: string; similarity: number; symbols: number[] }[] }>('neighbours', '--run', 'first', file, '--k', '5');
    expect(found).toMatchObject({ searched: 240 });
    expect(found.byEmbedding).toHaveLength(5);
    expect(found.byEmbedding[0].similarity).toBeCloseTo(1, 4); // itself
    expect(found.byEmbedding[0].symbols).toEqual(found.symbols);

    const map = await json<{ points: number; file: string }>('map', '--run', 'first', '--collection', 'photos');
    expect(map.points).toBe(240);
    expect(fs.existsSync(map.file)).toBe(true);
  }, 180_000);

  it('describes files in the order given, one line each, and says of each that failed why', async () => {
    const mixed = path.join(folder, 'mixed');
    const broken = (await writeBrokenFolder(mixed)).map((name) => path.join(mixed, name));
    const files = [path.join(mixed, 'picture-0.png'), ...broken, path.join(mixed, 'absent.png'), path.join(mixed, 'picture-1.png')];
    const { status, stdout } = await glyphscope('describe', '--run', 'first', ...files, '--json');
    expect(status).toBe(1);
    const lines = stdout.trim().split('\n').map((line) => JSON.parse(line) as { file: string; symbols: number[] | null; error: { code: string; message: string; remedy: string | null } | null });
    expect(lines.map((line) => line.file)).toEqual(files);
    expect(lines.map((line) => line.error?.code ?? null)).toEqual([null, 'IMAGE_EMPTY', 'IMAGE_UNREADABLE', 'IMAGE_UNREADABLE', 'IMAGE_TOO_LARGE', 'NOT_FOUND', null]);
    for (const { symbols, error } of lines) {
      if (error) expect(symbols).toBeNull();
      else expect(symbols!.every((symbol) => Number.isInteger(symbol) && symbol >= 0 && symbol < 12)).toBe(true);
    }
    const good = await glyphscope('describe', '--run', 'first', files[0], '--json');
    expect(good.status).toBe(0);
    expect(JSON.parse(good.stdout)).toEqual(lines[0]); // the same image, the same symbols
  });

  it('lists what an import could not read and ends with 1', async () => {
    const { status, stdout } = await glyphscope('import', path.join(folder, 'mixed'), '--collection', 'mixed', '--json');
    expect(status).toBe(1);
    const { imported, failures } = JSON.parse(stdout) as { imported: number; failures: { name: string; code: string }[] };
    expect(imported).toBe(2);
    expect(failures.map(({ name }) => name).sort()).toEqual(['empty.png', 'huge.png', 'text.png', 'truncated.jpg']);
  });

  it('takes an archive', async () => {
    const { imported } = await json<{ imported: number }>('import', path.join(root, 'resources', 'sample', 'cifar10-sample.zip'), '--collection', 'archive');
    expect(imported).toBeGreaterThan(2000);
  });

  it.each([
    { args: ['encode', '--run', 'nobody', '--collection', 'photos'], status: 1, code: 'NOT_FOUND', says: /"first"/ },
    { args: ['features', '--collection', 'nothing'], status: 1, code: 'NOT_FOUND', says: /"photos"/ },
    { args: ['train', '--collection', 'photos', '--name', 'first', '--preset', 'tiny'], status: 1, code: 'NAME_TAKEN', says: /first/ },
    { args: ['train', '--collection', 'photos', '--name', 'wide', '--preset', 'tiny', '--batch', '4000'], status: 1, code: 'COLLECTION_TOO_SMALL', says: /120/ },
    { args: ['import', '/no/such/folder', '--collection', 'x'], status: 1, code: 'SOURCE_UNREADABLE', says: /no\/such/ },
    { args: ['train', '--collection', 'photos', '--name', 'x', '--steps', 'many'], status: 2, code: 'INVALID_INPUT', says: /--steps/ },
    { args: ['encode', '--run', 'first'], status: 2, code: 'INVALID_INPUT', says: /--collection/ },
    { args: ['encoed'], status: 2, code: 'INVALID_INPUT', says: /encode/ },
  ])('$args ends with $status and $code', async ({ args, status, code, says }) => {
    const result = await glyphscope(...args, '--json');
    expect(result.status).toBe(status);
    expect(result.stdout).toBe('');
    const error = JSON.parse(result.stderr.trim().split('\n').at(-1)!) as { code: string; message: string; remedy?: string };
    expect(error.code).toBe(code);
    expect(`${error.message} ${error.remedy}`).toMatch(says);
  });

  it('refuses an empty folder by name', async () => {
    const empty = path.join(folder, 'empty');
    fs.mkdirSync(empty, { recursive: true });
    const { status, stderr } = await glyphscope('import', empty, '--collection', 'empty', '--json');
    expect(status).toBe(1);
    expect(stderr).toContain('SOURCE_EMPTY');
  });

  it('goes on with a run that Ctrl-C interrupted, and refuses to change it', async () => {
    const args = ['train', '--collection', 'photos', '--name', 'long', '--preset', 'tiny', '--steps', '100000', '--backend', 'wasm', '--library', library];
    const first = startCommand(args);
    await until(first, 'stderr', /step [1-9]/);
    first.child.kill('SIGINT');
    const ended = await first.finished;
    expect(ended.status).toBe(130);
    const { runs } = await json<{ runs: { name: string; state: string; step: number }[] }>('runs');
    const run = runs.find(({ name }) => name === 'long')!;
    expect(run.state).toBe('interrupted');
    expect(run.step).toBeGreaterThan(0);
    const changed = await glyphscope('train', '--collection', 'photos', '--name', 'long', '--preset', 'tiny', '--steps', '7', '--json');
    expect(changed.status).toBe(1);
    expect(changed.stderr).toContain('was begun with steps 100000, not 7');
    const second = startCommand(args);
    await until(second, 'stderr', new RegExp(`Going on with "long" from step ${run.step.toLocaleString('en')}`));
    await until(second, 'stderr', /Going on from the checkpoint/);
    second.child.kill('SIGINT');
    await second.finished;
  }, 180_000);

  it('shares the engine that is serving the library, and refuses a second one', async () => {
    const engine = startCommand(['serve', '--library', library, '--json']);
    const [, origin] = await until(engine, 'stdout', /"origin": "(http:\/\/127\.0\.0\.1:\d+)"/);
    expect((await json<{ collections: object[] }>('collections')).collections.length).toBeGreaterThan(0);
    await writePictures(path.join(folder, 'few'), 3);
    expect(await json('import', path.join(folder, 'few'), '--collection', 'few')).toMatchObject({ imported: 3 });
    const second = await glyphscope('serve', '--json');
    expect(second.status).toBe(1);
    expect(second.stderr).toContain('LIBRARY_IN_USE');
    expect(second.stderr).toContain(origin);
    engine.child.kill('SIGTERM');
    expect((await engine.finished).status).toBe(0);
  });

  it('refuses a library from a newer version and leaves it as it is', async () => {
    const newer = path.join(folder, 'newer');
    expect((await runCommand(['collections', '--library', newer])).status).toBe(0);
    const file = path.join(newer, 'library.sqlite');
    const bytes = fs.readFileSync(file);
    bytes.writeUInt32BE(999_999, 60); // user_version in the head of an SQLite file
    fs.writeFileSync(file, bytes);
    const { status, stderr } = await runCommand(['collections', '--library', newer, '--json']);
    expect(status).toBe(1);
    expect(stderr).toContain('LIBRARY_NEWER');
    expect(fs.readFileSync(file).equals(bytes)).toBe(true);
  });

  it('tells what is here', async () => {
    const report = doctorReport.parse(await json('doctor'));
    expect(report.checks.map(({ name }) => name)).toEqual(['Node', 'Electron', 'Display', 'GPU', 'Teacher', 'Library', 'Disk space', 'Memory']);
    for (const { ok, remedy } of report.checks) if (!ok) expect(remedy).not.toBeNull();
    const wasm = report.backends.find(({ name }) => name === 'wasm')!;
    expect(wasm.available).toBe(true);
    expect(wasm.gflops).toBeGreaterThan(0);
  }, 120_000);

  it.each(commands.filter((command) => !command.hidden).map((command) => command.name))('%s --help prints its flags and ends with 0', async (name) => {
    const { status, stdout } = await runCommand([name, '--help']);
    expect(status).toBe(0);
    for (const flag of Object.keys(commands.find((command) => command.name === name)!.options)) if (flag !== 'parent') expect(stdout).toContain(`${flag}`);
    expect(stdout).toContain('--library DIR');
    expect(stdout).toContain('--json');
  });
});

/** The first `each` images of every class and split of the sample, as a folder. */
async function unpackSample(target: string, each: number): Promise<void> {
  const zip = await new Promise<yauzl.ZipFile>((resolve, reject) =>
    yauzl.open(path.join(root, 'resources', 'sample', 'cifar10-sample.zip'), { lazyEntries: true }, (error, file) => (error ? reject(error) : resolve(file))),
  );
  const counts = new Map<string, number>();
  await new Promise<void>((resolve, reject) => {
    zip.on('end', resolve).on('error', reject);
    zip.on('entry', (entry: yauzl.Entry) => {
      const found = /(train|test)\/([a-z]+)\/[^/]+$/.exec(entry.fileName);
      const place = found ? `${found[1]}/${found[2]}` : null;
      const count = place === null ? each : (counts.get(place) ?? 0);
      if (place === null || count >= each) return zip.readEntry();
      counts.set(place, count + 1);
      zip.openReadStream(entry, (error, stream) => {
        if (error) return reject(error);
        fs.mkdirSync(path.join(target, place), { recursive: true });
        stream.pipe(fs.createWriteStream(path.join(target, place, path.basename(entry.fileName)))).on('finish', () => zip.readEntry()).on('error', reject);
      });
    });
    zip.readEntry();
  });
}
