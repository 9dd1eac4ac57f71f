import type { ChildProcess } from 'node:child_process';
import type { BackendPlan } from '../contract/backend-plan';
import { GlyphscopeError } from '../contract/errors';
import { evaluation, fewShot, referenceFigures } from '../contract/evaluation';
import { languageStatistics } from '../contract/language';
import type { Progress } from '../contract/progress';
import type { EvaluationParts } from '../evaluation/evaluate';
import type { FewShotParts } from '../evaluation/few-shot';
import type { LanguageStatisticsParts } from '../evaluation/language-statistics';
import type { NearestRows } from '../model/nearest-rows';
import type { Descriptions } from '../model/student';
import { describeExit, startChild } from './child';
import { floats, fromStudent, modelWritten, nearestRowsFound, studentDescriptions, type BackendInUse, type EvaluationRequest, type FewShotRequest, type FromStudent, type ModelWritten, type StatisticsRequest, type ToStudent } from './messages';

export interface StudentOptions {
  /** Built file out/engine/student.mjs. */
  entry: string;
  /** The Node that runs it. */
  node: string;
  /** A run's folder, with `checkpoints/step-N` in it. */
  runDirectory: string;
  backend: BackendPlan;
  /** Processor threads of native TensorFlow; every core when left out. */
  threads?: number;
}

type Ready = Extract<FromStudent, { type: 'ready' }>;
interface Waiting {
  resolve: (value: unknown) => void;
  reject: (error: unknown) => void;
  onProgress?: Progress;
}

/** A trained student in a process of its own, from the engine's side. */
export class StudentClient {
  readonly #child: ChildProcess;
  readonly #waiting = new Map<number, Waiting>();
  #ready: Ready | null = null;
  #next = 1;
  #exit: string | null = null;

  private constructor(child: ChildProcess) {
    this.#child = child;
  }

  /**
   * Starts the process and loads the run's newest whole checkpoint.
   * @throws RUN_NOT_TRAINED, CHECKPOINT_DAMAGED, BACKEND_UNAVAILABLE, PROCESS_DIED
   */
  static async start(o: StudentOptions): Promise<StudentClient> {
    const client = new StudentClient(startChild(o.entry, o.node));
    await new Promise<void>((resolve, reject) => client.#listen(resolve, reject, o));
    return client;
  }

  /** What it computes with. */
  get backend(): BackendInUse {
    return this.#started.backend;
  }

  /** Step of the checkpoint in use, and newer ones that were damaged. */
  get step(): number {
    return this.#started.step;
  }

  get warnings(): string[] {
    return this.#started.warnings;
  }

  get alive(): boolean {
    return this.#exit === null && this.#child.connected;
  }

  get #started(): Ready {
    if (!this.#ready) throw new Error('the student has not started');
    return this.#ready;
  }

  /**
   * Symbols, their probabilities and embeddings of B images.
   * @param features [B, Z] as the teacher gave them  @param o.tokens [B, N, T] of them, for a run with featureTokens  @param o.alternatives whether to list the eight likeliest symbols by position
   * @param o.given the first n symbols of each image, [B, n], which it goes on from
   */
  async describe(features: Float32Array, o: { alternatives?: boolean; tokens?: Float32Array; given?: Uint16Array } = {}): Promise<Descriptions> {
    return studentDescriptions.parse(await this.#ask((id) => ({ type: 'describe', id, features, ...(o.tokens && { tokens: o.tokens }), ...(o.given && { given: o.given }), alternatives: o.alternatives ?? false })));
  }

  /** Embeddings [count, Z] after `length` symbols of each sequence [count, length]. @throws INVALID_INPUT for foreign symbols */
  async interpret(symbols: Uint16Array, count: number, length: number): Promise<Float32Array> {
    return floats.parse(await this.#ask((id) => ({ type: 'interpret', id, symbols, count, length })));
  }

  /** The embedding [Z] after mixtures of symbols, their weights [n, K]. @throws INVALID_INPUT for weights that are none */
  async readMixtures(mixtures: Float32Array): Promise<Float32Array> {
    return floats.parse(await this.#ask((id) => ({ type: 'read-mixtures', id, mixtures })));
  }

  /** A hue in degrees for each of the K symbols, from its place in the embedding. */
  async hues(): Promise<Float32Array> {
    return floats.parse(await this.#ask((id) => ({ type: 'hues', id })));
  }

  /**
   * The k nearest of each of the rows [m, width] in the bank [n, width], or among all of them, by inner product, both [m, k].
   * They are exact, and `recall` null, unless an approximate answer among very many rows is allowed.
   * @throws the signal's reason
   */
  async nearest(
    o: { rows: Float32Array; bank?: Float32Array; width: number; k: number; approximate?: boolean },
    onProgress?: Progress,
    signal?: AbortSignal,
  ): Promise<NearestRows & { recall: number | null }> {
    return nearestRowsFound.parse(await this.#ask((id) => ({ type: 'nearest', id, ...o }), onProgress, signal));
  }

  /** Measures the run on labelled images whose clean features are stored. @throws LABELS_MISSING, FEATURES_MISSING, CANCELLED */
  async evaluate(request: EvaluationRequest, onProgress?: Progress, signal?: AbortSignal): Promise<EvaluationParts> {
    return evaluation.omit(unnamed).extend(referenceFigures.shape).parse(await this.#ask((id) => ({ type: 'evaluate', id, request }), onProgress, signal));
  }

  /** Classifies from a few labelled images of each class. @throws LABELS_MISSING, COLLECTION_TOO_SMALL, FEATURES_MISSING, CANCELLED */
  async fewShot(request: FewShotRequest, onProgress?: Progress, signal?: AbortSignal): Promise<FewShotParts> {
    return fewShot.omit(unnamed).parse(await this.#ask((id) => ({ type: 'few-shot', id, request }), onProgress, signal));
  }

  /** Measures the descriptions of images as a language. @throws COLLECTION_TOO_SMALL, FEATURES_MISSING, CANCELLED */
  async statistics(request: StatisticsRequest, onProgress?: Progress, signal?: AbortSignal): Promise<LanguageStatisticsParts> {
    return languageStatistics.omit({ ...unnamed, step: true }).parse(await this.#ask((id) => ({ type: 'statistics', id, request }), onProgress, signal));
  }

  /**
   * Writes model.safetensors, descriptor.onnx and interpreter.onnx into a folder.
   * @param facts said of both graphs, by name  @throws INVALID_INPUT when a graph would be too large
   */
  async writeModel(folder: string, facts: Record<string, string>): Promise<ModelWritten> {
    return modelWritten.parse(await this.#ask((id) => ({ type: 'write-model', id, folder, facts })));
  }

  /** Lets the process go; resolves when it is gone. */
  async close(): Promise<void> {
    if (this.#exit !== null) return;
    const gone = new Promise<void>((resolve) => this.#child.once('exit', () => resolve()));
    this.#child.kill();
    await gone;
  }

  #ask(make: (id: number) => ToStudent, onProgress?: Progress, signal?: AbortSignal): Promise<unknown> {
    const id = this.#next++;
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      if (!this.alive) return reject(died(this.#exit ?? 'is gone'));
      const cancel = () => this.#send({ type: 'cancel', id });
      signal?.addEventListener('abort', cancel, { once: true });
      const settle = () => {
        this.#waiting.delete(id);
        signal?.removeEventListener('abort', cancel);
      };
      this.#waiting.set(id, {
        resolve: (value) => (settle(), resolve(value)),
        reject: (error) => (settle(), reject(error)),
        onProgress,
      });
      this.#send(make(id));
    });
  }

  #send(message: ToStudent): void {
    if (this.#child.connected) this.#child.send(message, () => undefined); // a child that is gone says so by `exit`
  }

  #listen(ready: () => void, failed: (error: unknown) => void, o: StudentOptions): void {
    const end = (how: string) => {
      this.#exit = how;
      failed(died(how));
      for (const waiting of [...this.#waiting.values()]) waiting.reject(died(how));
    };
    this.#child.once('exit', (code, signal) => end(describeExit(code, signal)));
    this.#child.once('error', (error) => {
      if (this.#child.pid === undefined) end(`did not start: ${error.message}`);
    });
    this.#child.on('message', (raw: unknown) => {
      const message = fromStudent.safeParse(raw);
      if (!message.success) {
        console.error(`The student sent what is not understood: ${message.error.message}`);
        return;
      }
      const data = message.data;
      if (data.type === 'ready') {
        this.#ready = data;
        ready();
      } else if (data.type === 'failed') {
        failed(errorFrom(data.error));
        this.#child.kill();
      } else {
        const waiting = this.#waiting.get(data.id);
        if (data.type === 'progress') waiting?.onProgress?.(data.progress);
        else if (data.type === 'error') waiting?.reject(errorFrom(data.error));
        else waiting?.resolve(data.value);
      }
    });
    this.#send({ type: 'start', runDirectory: o.runDirectory, backend: o.backend, threads: o.threads ?? 0 });
  }
}

/** What the engine adds to a document. */
const unnamed = { run: true, collection: true } as const;

function died(how: string): GlyphscopeError {
  return new GlyphscopeError('PROCESS_DIED', `The student process ${how}.`, { remedy: 'Try again; it is started anew.' });
}

function errorFrom({ code, message, subject, remedy }: Extract<FromStudent, { type: 'failed' }>['error']): GlyphscopeError {
  return new GlyphscopeError(code, message, { subject, remedy });
}
