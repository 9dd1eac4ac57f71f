import { createWriteStream, existsSync } from 'node:fs';
import { mkdir, readFile, rename, rm, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type * as z from 'zod';
import type { TrainingConfig } from '../../contract/config';
import { GlyphscopeError } from '../../contract/errors';
import { resolveConfig, variantName } from '../../contract/presets';
import { neededRunFiles, runFileName, runFolderConfig, runFolderEvaluation, runFolderFiles, runFolderSymbols, teacherFolder, type RunFolder } from '../../contract/run-folder';
import { packedFiles } from '../../dataset/packed-files';
import { manifestFile, readManifest, unusable, verifyFiles } from '../../export/run/manifest';
import { descriptorGraph } from '../../export/run/onnx/descriptor';
import { interpreterGraph } from '../../export/run/onnx/interpreter';
import type { NamedArray } from '../../model/parameters';
import { studentShape } from '../../model/shapes';
import { readTeacher } from '../../teacher/catalogue';
import { writeCheckpoint } from '../../training/checkpoint';
import { decodeSafetensors } from '../../training/safetensors';
import { freeRunName } from '../free-run-name';
import type { JobHandle, JobOutcome } from '../jobs';
import { restoreEvents } from '../run-card';
import type { Services } from '../services';
import { addTeacher } from './add-teacher';

type ImportServices = Pick<Services, 'library' | 'runs' | 'teachers' | 'log'>;

/** Largest file of each kind, in bytes: what describes, and what holds weights. */
const largestText = 64 << 20;
const largestModel = 2 ** 32;
/** Room that must stay free on the disk. */
const reserve = 256 << 20;

export interface RunImport {
  /** Folder or archive. */
  path: string;
  /** What the run is to be called; its own name, or that with a number, when left out. */
  name?: string | undefined;
}

/**
 * Brings an exported run into the library. Everything is copied aside first and checked there; the run is seen by nobody
 * before all of it is in its place.
 * @throws GlyphscopeError RUN_FOLDER_UNUSABLE, SOURCE_UNREADABLE, CHECKPOINT_DAMAGED naming what is wrong with which file;
 *   NAME_TAKEN; NOT_FOUND for a teacher that is neither here nor in the folder; DISK_FULL, CANCELLED
 */
export async function importRun(s: ImportServices, { path, name }: RunImport, job: JobHandle): Promise<JobOutcome> {
  if (name !== undefined) requireFreeName(s, name);
  const staging = join(s.library.directory, 'runs', `import-${job.id}.part`);
  await rm(staging, { recursive: true, force: true });
  await mkdir(staging, { recursive: true });
  try {
    await copyAside(path, staging, job);
    const facts = readManifest(await readFile(join(staging, manifestFile)).catch((error: unknown) => Promise.reject(unusable(manifestFile, 'is missing: this is no exported run', error, 'Choose the folder that holds manifest.json.'))));
    for (const file of neededRunFiles) if (!facts.files[file]) throw unusable(manifestFile, `lists no ${file}`);
    await verifyFiles(staging, facts, job.signal, (done, total) => job.progress({ phase: 'checking', done, total, unit: 'files' }));
    const content = await readContent(staging, facts);
    const teacher = await findTeacher(s, facts, staging, job);
    job.signal.throwIfAborted();
    const added = await register(s, facts, content, { staging, teacher: teacher.name, name });
    return { summary: `"${added.name}" imported: it describes images with the teacher ${teacher.name}${teacher.added ? ', which was added from its folder' : ''}.${added.renamed ? ` "${facts.name}" is the name of another run.` : ''}`, counts: { run: added.id } };
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
}

function requireFreeName({ library }: ImportServices, name: string): void {
  if (library.db.read.runs.byName(name)) throw new GlyphscopeError('NAME_TAKEN', `There is a run "${name}" already.`, { subject: 'name', remedy: 'Give this one another name.' });
}

/** Copies the files that belong to an exported run, under names of our own; others are left where they are. */
async function copyAside(path: string, staging: string, job: JobHandle): Promise<void> {
  let files = 0;
  for await (const { name, content } of packedFiles(path, job.signal)) {
    const wanted = nameWithin(name);
    if (!wanted) continue;
    job.progress({ phase: 'copying', done: files++, total: null, unit: 'files' });
    const target = join(staging, wanted);
    if (existsSync(target)) throw unusable(name, 'stands there twice');
    const { bavail, bsize } = await statfs(staging);
    if (bavail * bsize < reserve) throw new GlyphscopeError('DISK_FULL', 'The disk is almost full.', { subject: name, remedy: 'Free some space, then import the run again.' });
    if (wanted.startsWith(`${teacherFolder}/`)) await mkdir(join(staging, teacherFolder), { recursive: true });
    await pipeline(Readable.from(limited(content, name, /\.(json|jsonl|md|py)$/.test(wanted) ? largestText : largestModel)), createWriteStream(target, { flags: 'wx', mode: 0o600 }), { signal: job.signal });
  }
}

/**
 * Where a member belongs in the folder, which may lie in one of any name; null for what is no part of it.
 * @throws GlyphscopeError RUN_FOLDER_UNUSABLE for a name that leads out of it
 */
function nameWithin(name: string): string | null {
  const parts = name.replaceAll('\\', '/').split('/');
  if (parts.includes('..') || parts[0] === '' || /^[A-Za-z]:$/.test(parts[0]) || name.includes('\0')) throw unusable(JSON.stringify(name), 'is a name that leads out of the folder', undefined, 'Do not use this archive: it was made to write elsewhere.');
  const known = (rest: readonly string[]) => (rest.length === 1 && (rest[0] === manifestFile || Object.hasOwn(runFolderFiles, rest[0]))) || (rest.length === 2 && rest[0] === teacherFolder && runFileName.safeParse(rest.join('/')).success);
  const rest = parts.filter((part) => part !== '.');
  for (const candidate of [rest, rest.slice(1)]) if (known(candidate)) return candidate.join('/');
  return null;
}

async function* limited(content: AsyncIterable<Buffer>, name: string, most: number): AsyncGenerator<Buffer> {
  let bytes = 0;
  for await (const piece of content) {
    bytes += piece.length;
    if (bytes > most) throw unusable(name, `has more than ${(most / 2 ** 20).toLocaleString('en')} MiB`);
    yield piece;
  }
}

interface Content {
  config: TrainingConfig;
  weights: NamedArray[];
  names: z.infer<typeof runFolderSymbols>['names'];
}

/** Reads what describes and checks that it fits together. @throws GlyphscopeError RUN_FOLDER_UNUSABLE, CHECKPOINT_DAMAGED */
async function readContent(staging: string, facts: RunFolder): Promise<Content> {
  const config = resolveConfig(await readDocument(staging, 'config.json', runFolderConfig));
  const weights = decodeSafetensors(await readFile(join(staging, 'model.safetensors')), 'model.safetensors');
  const strange = weights.find(({ data }) => !data.every(Number.isFinite));
  if (strange) throw unusable('model.safetensors', `holds numbers in ${strange.name} that are none`);
  if ((config.featureTokens > 0) !== facts.tokenWidth > 0) throw unusable(manifestFile, `says that tokens have ${facts.tokenWidth} numbers, and config.json that there are ${config.featureTokens} of them`);
  const shape = studentShape(config, facts.featureWidth, { count: config.featureTokens, width: facts.tokenWidth });
  descriptorGraph(shape, weights); // both name a weight that is missing or has another shape
  interpreterGraph(shape, weights);
  if (facts.files['evaluation.json']) await readDocument(staging, 'evaluation.json', runFolderEvaluation);
  const symbols = facts.files['symbols.json'] ? await readDocument(staging, 'symbols.json', runFolderSymbols) : null;
  return { config, weights, names: (symbols?.names ?? []).filter(({ symbol, position }) => symbol < config.vocabulary && (position ?? 1) <= config.length) };
}

async function readDocument<T extends z.ZodType>(staging: string, file: string, schema: T): Promise<z.infer<T>> {
  let stored: unknown;
  try {
    stored = JSON.parse(await readFile(join(staging, file), 'utf8'));
  } catch (error) {
    throw unusable(file, 'is not JSON', error);
  }
  const parsed = schema.safeParse(stored);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw unusable(file, `is not valid at ${issue.path.join('.') || 'its top'}: ${issue.message}`, parsed.error);
}

/** Its teacher by the name it has in this library: one that is the same, else the one in the folder, which is added. */
async function findTeacher(s: ImportServices, facts: RunFolder, staging: string, job: JobHandle): Promise<{ name: string; added: boolean }> {
  const { name, id, included } = facts.teacher;
  const here = [s.teachers.embedded.info, ...s.teachers.list().map((one) => s.teachers.get(one.name).info)].find((info) => info.id === id);
  if (here) return { name: here.name, added: false };
  if (!included)
    throw new GlyphscopeError('NOT_FOUND', `The run "${facts.name}" describes images by what the teacher ${name} (${id}) sees, and this library does not have it.`, { subject: name, remedy: `Add it first, with \`glyphscope teachers add FOLDER --name ${name}\` or in the window under Training, Teachers, then import the run again.${facts.teacher.description ? ` It says of itself: ${facts.teacher.description}` : ''}` });
  const folder = join(staging, teacherFolder);
  const info = readTeacher(folder);
  if (info.id !== id) throw unusable(`${teacherFolder}/teacher.json`, `is of the teacher ${info.id}, not of ${id}`);
  await addTeacher(s, { path: folder }, {}, job);
  return { name: info.name, added: true };
}

/** Makes the run: its row, which nobody sees yet, its folder, then it is shown. */
async function register(s: ImportServices, facts: RunFolder, { config, weights, names }: Content, { staging, teacher, name }: { staging: string; teacher: string; name: string | undefined }): Promise<{ id: number; name: string; renamed: boolean }> {
  const { db } = s.library;
  const { step, featureWidth, tokenWidth, backend, createdAt, knnTop1 } = facts;
  const folder = join(staging, 'run');
  await writeCheckpoint(folder, { config, featureWidth, tokenWidth: tokenWidth || undefined, teacher: s.teachers.get(teacher).info.id, step, weights });
  for (const file of ['log.jsonl', 'evaluation.json'] as const) if (facts.files[file]) await rename(join(staging, file), join(folder, file));
  if (name !== undefined) requireFreeName(s, name);
  const free = name ?? freeRunName(facts.name, new Set(db.read.runs.list().map((run) => run.name.toLowerCase())));
  const id = db.durableTransaction(() => {
    const made = db.write.runs.create({ name: free, variant: variantName(config), sweep: null, state: 'finished', config, collection: null, collectionName: facts.collection, teacher, backend, step, checkpointStep: step, embedded: false, createdAt });
    db.write.runs.hide(made);
    return made;
  });
  await rename(folder, s.runs.directory(id));
  await restoreEvents(db, id, join(s.runs.directory(id), 'log.jsonl'));
  db.transaction(() => {
    for (const one of names) db.write.symbolNames.put(id, one.symbol, one.position, one.name);
    if (knnTop1 !== null) db.write.runProgress.setKnnTop1(id, knnTop1);
  });
  db.write.runs.reveal(id);
  db.write.runs.setDiskBytes(id, await s.runs.diskBytes(id));
  s.runs.keepCard(id);
  return { id, name: free, renamed: free !== facts.name && name === undefined };
}
