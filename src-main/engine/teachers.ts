import { existsSync, mkdirSync, readdirSync, statSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { availableParallelism, totalmem } from 'node:os';
import { join } from 'node:path';
import { GlyphscopeError } from '../contract/errors';
import { embeddedTeacherName, type Teacher } from '../contract/teachers';
import type { LibraryDatabase } from '../database/library-database';
import type { ImageStore } from '../dataset/image-store';
import { embeddedTeacher, readTeacher, type TeacherInfo } from '../teacher/catalogue';
import { planEncoder, type EncoderPlan } from '../teacher/encoder-plan';
import { ImageWorkerPool } from '../teacher/image-worker-pool';
import type { ProviderChoice } from '../teacher/providers';
import { TeacherFeatures } from './teacher-features';

/** Threads for images and the small teacher that comes with the app: more than eight gain nothing. */
const imageThreads = () => Math.min(8, availableParallelism());

export interface TeachersOptions {
  /** The application's folder of that name. */
  resources: string;
  db: LibraryDatabase;
  packs: ImageStore;
  /** The library's folder; teachers that were added lie in `teachers` under it. */
  library: string;
  /** Path of out/engine/images.mjs. */
  worker: string;
  /** One line about what a teacher computes with. */
  log: (line: string) => void;
}

/** The teacher that comes with the app and those that were added to the library. */
export class Teachers {
  readonly embedded: TeacherFeatures;
  /** Worker threads that inspect and decode images and make thumbnails, whatever the teacher. */
  readonly images: ImageWorkerPool;
  /** Where added teachers lie, each in a folder of its name. */
  readonly directory: string;
  readonly #o: TeachersOptions;
  readonly #working = new Map<string, TeacherFeatures>();
  readonly #chosen = new Map<string, ProviderChoice>();
  readonly #bytes = new Map<string, number>();

  /** @throws GlyphscopeError NOT_FOUND, INVALID_INPUT when the teacher of the app is not whole */
  constructor(o: TeachersOptions) {
    this.#o = o;
    this.directory = join(o.library, 'teachers');
    const info = embeddedTeacher(o.resources);
    const plan: EncoderPlan = { ...planEncoder(info, { bytes: bytesOf(info), cores: imageThreads(), memory: totalmem() }), workers: imageThreads(), threads: 1 };
    this.images = new ImageWorkerPool({ worker: o.worker, teacher: info, plan });
    this.embedded = new TeacherFeatures({ ...o, info, plan: () => Promise.resolve(plan) });
  }

  /**
   * The teacher of a name.
   * @throws GlyphscopeError NOT_FOUND with the names that there are; INVALID_INPUT when its teacher.json is not valid
   */
  get(name: string): TeacherFeatures {
    if (name === embeddedTeacherName || name === this.embedded.info.name) return this.embedded;
    const known = this.#working.get(name);
    if (known) return known;
    if (!existsSync(join(this.directory, name, 'teacher.json')))
      throw new GlyphscopeError('NOT_FOUND', `This library has no teacher "${name}": it has ${[embeddedTeacherName, ...this.#names()].join(', ')}.`, { subject: 'teacher', remedy: 'Add it: `glyphscope teachers add FOLDER` or `glyphscope teachers add OWNER/MODEL`.' });
    const info = readTeacher(join(this.directory, name));
    const working = new TeacherFeatures({ ...this.#o, info, plan: () => this.#plan(info) });
    this.#working.set(name, working);
    return working;
  }

  /** The teacher that a run was trained with. @throws GlyphscopeError as `get` */
  of(run: { teacher: string }): TeacherFeatures {
    return this.get(run.teacher);
  }

  /** The embedded one first, then by name; one whose folder is damaged is left out and told to the log. */
  list(): Teacher[] {
    const { runs } = this.#o.db.read;
    const used = [...runs.list(), ...runs.removed()].map(({ teacher }) => teacher);
    const runsWith = (name: string) => used.filter((one) => one === name).length;
    const added = this.#names().flatMap((name) => {
      try {
        return [this.get(name).info];
      } catch (error) {
        this.#o.log(`The teacher ${name} cannot be used: ${(error as Error).message}`);
        return [];
      }
    });
    return [this.embedded.info, ...added].map((info, i) => {
      const { id, name, description, featureWidth, tokens, inputSize, readout } = info;
      const provider = i === 0 ? 'CPU: it is small' : (this.#chosen.get(id)?.reason ?? null);
      return { name, id, description, embedded: i === 0, featureWidth, feature: readout.feature, tokens, inputSize, bytes: this.#size(info), provider, runs: runsWith(name) };
    });
  }

  /**
   * Takes a teacher out of the library, with the features that it has computed.
   * @throws GlyphscopeError NOT_FOUND, NOT_ALLOWED for the embedded one, RUN_BUSY while runs need it
   */
  async remove(name: string): Promise<void> {
    const teacher = this.get(name);
    if (teacher === this.embedded) throw new GlyphscopeError('NOT_ALLOWED', `The teacher ${teacher.info.name} comes with Glyphscope and stays.`, { subject: name });
    const { read } = this.#o.db;
    const [runs, deleted] = [read.runs.list(), read.runs.removed()].map((all) => all.filter((run) => run.teacher === name));
    if (runs.length === 0 && deleted.length > 0) throw new GlyphscopeError('RUN_BUSY', `${deleted.length === 1 ? `The deleted run "${deleted[0].name}" needs` : `${deleted.length} deleted runs need`} the teacher ${name}.`, { subject: name, remedy: 'Empty the deleted runs first.' });
    if (runs.length > 0) throw new GlyphscopeError('RUN_BUSY', `${runs.length === 1 ? `The run "${runs[0].name}" needs` : `${runs.length} runs need`} the teacher ${name}.`, { subject: name, remedy: 'Delete these runs first.' });
    this.#working.delete(name);
    await teacher.close();
    await rm(join(this.directory, name), { recursive: true, force: true });
    await rm(teacher.directory, { recursive: true, force: true });
  }

  async close(): Promise<void> {
    await Promise.all([this.images, this.embedded, ...this.#working.values()].map((one) => one.close()));
  }

  #names(): string[] {
    mkdirSync(this.directory, { recursive: true });
    return readdirSync(this.directory).filter((name) => existsSync(join(this.directory, name, 'teacher.json'))).sort();
  }

  /** All cores, on the best provider that there is. */
  async #plan(info: TeacherInfo): Promise<EncoderPlan> {
    const machine = { bytes: this.#size(info), cores: availableParallelism(), memory: totalmem() };
    const choice = await this.images.request({ kind: 'choose-provider', teacher: info, cores: machine.cores }, info.name);
    this.#chosen.set(info.id, choice);
    const plan = planEncoder(info, { ...machine, provider: choice.provider });
    this.#o.log(`The teacher ${info.name} computes with ${choice.reason}; ${plan.workers} × ${plan.threads} threads.`);
    return plan;
  }

  #size(info: TeacherInfo): number {
    const known = this.#bytes.get(info.id);
    if (known !== undefined) return known;
    const bytes = bytesOf(info);
    this.#bytes.set(info.id, bytes);
    return bytes;
  }
}

const bytesOf = ({ model, weights, directory }: TeacherInfo): number => statSync(model).size + (weights ? statSync(join(directory, weights.file)).size : 0);
