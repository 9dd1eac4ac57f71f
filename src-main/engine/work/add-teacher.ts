import { constants, existsSync, statSync } from 'node:fs';
import { copyFile, mkdir, readdir, rename, rm, statfs, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { GlyphscopeError } from '../../contract/errors';
import { embeddedTeacherName, teacherName, type TeacherWishes } from '../../contract/teachers';
import { readTeacher, sha256OfFile, verifyTeacher, type TeacherFile, type TeacherInfo } from '../../teacher/catalogue';
import { askHub, defaultHub, downloadFile, type HubFile, type HubSource } from '../../teacher/hub-download';
import { modelFiles, readHubLayout, weightsEnding } from '../../teacher/hub-layout';
import { preprocessingText } from '../../teacher/preprocessing';
import { findReadout } from '../../teacher/readout';
import { room } from '../../teacher/tokens';
import type { JobHandle, JobOutcome } from '../jobs';
import type { Services } from '../services';

/** A folder in the hub's layout (or of a teacher of one's own), or a model on the hub. */
export type TeacherSource = { path: string } | { id: string; revision: string; hub?: string | undefined };
type AddServices = Pick<Services, 'teachers'>;

/** The hub that is asked when a request names none: HF_ENDPOINT, as the hub's own tools have it. */
const usualHub = () => process.env.HF_ENDPOINT || defaultHub;
const configurations = ['config.json', 'preprocessor_config.json'];

/**
 * Brings a teacher into the library: downloads or copies its files, finds out what its model gives, and writes its
 * teacher.json. Nothing is listed before all of it is there. A download that ends early goes on from there next time.
 * @throws GlyphscopeError NOT_FOUND, NAME_TAKEN, TEACHER_UNUSABLE, INVALID_INPUT, HUB_UNREACHABLE, NOT_ALLOWED, DISK_FULL, CANCELLED
 */
export async function addTeacher(s: AddServices, from: TeacherSource, wishes: TeacherWishes, job: Pick<JobHandle, 'signal' | 'progress'>): Promise<JobOutcome> {
  const title = 'path' in from ? basename(from.path) : from.id;
  if ('path' in from) refuseOtherWishes(from.path, wishes);
  const name = wishes.name ?? nameFrom('path' in from ? title : from.id.split('/')[1], wishes);
  requireFreeName(s, name);
  const staging = join(s.teachers.directory, '.adding', 'path' in from ? name : from.id.replace('/', '--'));
  try {
    const info = await stage(s, from, staging, { ...wishes, name }, title, job);
    requireFreeName(s, info.name);
    await rename(info.directory, join(s.teachers.directory, info.name));
    await rm(staging, { recursive: true, force: true });
    return added(info);
  } catch (error) {
    // A download that broke off is gone on with; a copy, and a model that is of no use, are not kept.
    if ('path' in from || (error instanceof GlyphscopeError && error.code === 'TEACHER_UNUSABLE')) await rm(staging, { recursive: true, force: true });
    throw error;
  }
}

/** Brings the files together, describes and checks them. @returns the teacher, where it was put together */
async function stage(s: AddServices, from: TeacherSource, staging: string, wishes: TeacherWishes & { name: string }, title: string, job: Pick<JobHandle, 'signal' | 'progress'>): Promise<TeacherInfo> {
  if ('path' in from) await rm(staging, { recursive: true, force: true });
  const folder = 'path' in from ? await copyFolder(from.path, staging, job) : await download({ ...from, hub: (from.hub ?? usualHub()).replace(/\/+$/, '') }, staging, job);
  job.signal.throwIfAborted();
  job.progress({ phase: 'checking', done: 0, total: 1, unit: 'model' });
  if (!existsSync(join(folder, 'teacher.json'))) await describeModel(s, folder, wishes.name, title, wishes, job.signal);
  const info = readTeacher(folder);
  await verifyTeacher(info);
  return info;
}

function added(info: TeacherInfo): JobOutcome {
  const tokens = info.tokens ? ` and ${info.tokens.count} tokens` : '';
  return { summary: `The teacher ${info.name} gives ${info.featureWidth} features${tokens} from ${info.inputSize} × ${info.inputSize} pixels.` };
}

/** "onnx-community/DINOv2_small" with the mean → "dinov2-small-mean". */
function nameFrom(text: string, { feature }: TeacherWishes): string {
  const plain = `${text}${feature ? `-${feature}` : ''}`.toLowerCase().replace(/[^a-z0-9.]+/g, '-').replace(/^[^a-z0-9]+|-+$/g, '').slice(0, 60);
  return teacherName.safeParse(plain).success ? plain : 'teacher';
}

/** A teacher of one's own says itself what it is called and which vector is its feature. @throws GlyphscopeError INVALID_INPUT */
function refuseOtherWishes(path: string, { name, feature }: TeacherWishes): void {
  if (!existsSync(join(path, 'teacher.json'))) return;
  const own = readTeacher(path);
  const other = name !== undefined && name !== own.name ? 'name' : feature !== undefined && feature !== own.readout.feature ? 'feature' : null;
  if (other) throw new GlyphscopeError('INVALID_INPUT', `${join(path, 'teacher.json')} says itself that the ${other} is "${other === 'name' ? own.name : own.readout.feature}".`, { subject: other, remedy: 'Leave that out, or change the file.' });
}

function requireFreeName({ teachers }: AddServices, name: string): void {
  const taken = name === embeddedTeacherName || name === teachers.embedded.info.name || existsSync(join(teachers.directory, name));
  if (taken) throw new GlyphscopeError('NAME_TAKEN', `There is a teacher "${name}" already.`, { subject: 'name', remedy: 'Use that one, or give this one another name (--name).' });
}

async function requireSpace(directory: string, bytes: number): Promise<void> {
  await mkdir(directory, { recursive: true });
  const { bavail, bsize } = await statfs(directory);
  if (bytes > bavail * bsize) throw new GlyphscopeError('DISK_FULL', `The teacher needs ${room(bytes)} on the disk, which has ${room(bavail * bsize)} free.`, { subject: directory, remedy: 'Free some space, then start again.' });
}

/** Copies what a teacher needs of a folder. @returns where it lies */
async function copyFolder(path: string, staging: string, { signal, progress }: Pick<JobHandle, 'signal' | 'progress'>): Promise<string> {
  if (!statSync(path, { throwIfNoEntry: false })?.isDirectory()) throw new GlyphscopeError('NOT_FOUND', `There is no folder ${path}.`, { subject: path, remedy: 'Check the path; a model on the hub is named OWNER/MODEL.' });
  const own = existsSync(join(path, 'teacher.json')) ? readTeacher(path) : null;
  const model = own ? basename(own.model) : readHubLayout(path).model;
  const weights = own ? (own.weights?.file ?? null) : `${model}${weightsEnding}`;
  const all = [model, ...(weights ? [weights] : []), ...(own ? ['teacher.json'] : configurations)].filter((file) => existsSync(join(path, file)));
  const total = all.reduce((sum, file) => sum + statSync(join(path, file)).size, 0);
  await requireSpace(staging, total);
  let done = 0;
  for (const file of all) {
    signal.throwIfAborted();
    progress({ phase: 'copying', done: done / 1e6, total: total / 1e6, unit: 'MB' });
    await mkdir(dirname(join(staging, file)), { recursive: true });
    await copyFile(join(path, file), join(staging, file), constants.COPYFILE_FICLONE);
    done += statSync(join(path, file)).size;
  }
  return staging;
}

/** Downloads what a teacher needs of a model's repository, all from one commit. @returns where it lies */
async function download(source: HubSource, staging: string, { signal, progress }: Pick<JobHandle, 'signal' | 'progress'>): Promise<string> {
  if (!/^https?:$/.test(URL.parse(source.hub)?.protocol ?? '')) throw new GlyphscopeError('INVALID_INPUT', `The hub's address "${source.hub}" is none.`, { subject: 'hub', remedy: 'Correct HF_ENDPOINT or --hub, as in https://huggingface.co.' });
  progress({ phase: `asking ${new URL(source.hub).host}`, done: 0, total: null, unit: 'MB' });
  const model = await firstOf(source, modelFiles, signal);
  if (!model)
    throw new GlyphscopeError('NOT_FOUND', `${source.id} has no ONNX model: none of ${modelFiles.join(', ')}.`, { subject: source.id, remedy: 'Take a repository with ONNX weights: many models have one under onnx-community or Xenova.' });
  const pinned = { ...source, revision: model.commit ?? source.revision };
  const weights = await askHub(pinned, `${model.name}${weightsEnding}`, signal);
  const wanted = [...(await Promise.all(configurations.map((file) => require(pinned, file, signal)))), model, ...(weights ? [weights] : [])];
  const folder = join(staging, (model.commit ?? 'unknown').slice(0, 40).replace(/[^\w]/g, ''));
  // Of another commit nothing is of use any more, nor of one that the hub does not name.
  if (!model.commit) await rm(folder, { recursive: true, force: true });
  if (existsSync(staging)) for (const other of await readdir(staging)) if (other !== basename(folder)) await rm(join(staging, other), { recursive: true, force: true });
  await rm(join(folder, 'teacher.json'), { force: true }); // of an attempt that had other wishes
  const total = wanted.every(({ bytes }) => bytes !== null) ? wanted.reduce((sum, { bytes }) => sum + bytes!, 0) : null;
  if (total !== null) await requireSpace(staging, total);
  let before = 0;
  for (const file of wanted) {
    let have = 0;
    await downloadFile(file, join(folder, file.name), {
      signal,
      onBytes: (bytes) => {
        have = bytes;
        progress({ phase: `downloading ${file.name}`, done: (before + have) / 1e6, total: total === null ? null : total / 1e6, unit: 'MB' });
      },
    });
    before += file.bytes ?? have;
  }
  return folder;
}

async function firstOf(source: HubSource, names: readonly string[], signal: AbortSignal): Promise<HubFile | null> {
  for (const name of names) {
    const found = await askHub(source, name, signal);
    if (found) return found;
  }
  return null;
}

async function require(source: HubSource, name: string, signal: AbortSignal): Promise<HubFile> {
  const found = await askHub(source, name, signal);
  if (!found) throw new GlyphscopeError('TEACHER_UNUSABLE', `${source.id} has no ${name}, which says how an image becomes the model's input.`, { subject: source.id, remedy: 'Take another repository of this model.' });
  return found;
}

/** Writes teacher.json of a folder in the hub's layout, with the model beside it. */
async function describeModel(s: AddServices, folder: string, name: string, title: string, { feature }: TeacherWishes, signal: AbortSignal): Promise<void> {
  const { model, inputSize, preprocessing, mean, std, layout } = readHubLayout(folder);
  const outputs = await s.teachers.images.request({ kind: 'inspect-model', model: join(folder, model), size: inputSize }, title, signal);
  const { readout, featureWidth, tokens } = findReadout(outputs, inputSize, layout, feature);
  const [file, weights] = [basename(model), `${basename(model)}${weightsEnding}`];
  const hasWeights = existsSync(join(folder, `${model}${weightsEnding}`));
  if (dirname(model) !== '.') {
    for (const one of [file, ...(hasWeights ? [weights] : [])]) await rename(join(folder, dirname(model), one), join(folder, one));
    await rm(join(folder, dirname(model)), { recursive: true });
  }
  const words = { pooled: "the model's own vector", class: 'the class token', mean: 'the mean of the patches' }[readout.feature];
  const teacher: TeacherFile = {
    name,
    description: `${title}: ${words}; ${preprocessingText(preprocessing, inputSize)}.`,
    model: file,
    weights: hasWeights ? { file: weights, sha256: await sha256OfFile(join(folder, weights), signal) } : null,
    preprocessing,
    readout,
    input: { name: 'pixel_values', shape: ['batch', 3, inputSize, inputSize], mean, std },
    outputs: { embedding: ['batch', featureWidth], ...(tokens && { patch_tokens: ['batch', tokens.count, tokens.width] }) },
    sha256: await sha256OfFile(join(folder, file), signal),
  };
  await writeFile(join(folder, 'teacher.json'), JSON.stringify(teacher, null, 1));
}
