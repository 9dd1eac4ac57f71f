import { Worker } from 'node:worker_threads';
import { GlyphscopeError } from '../contract/errors';
import type { ImageInspector, InspectedFile } from '../dataset/inspector';
import type { TeacherInfo } from './catalogue';
import type { EncoderPlan } from './encoder-plan';
import type { FromImageWorker, ImageAnswers, ImageRequest, ImageWorkerData, ToImageWorker } from './image-messages';

export interface ImageWorkerPoolOptions {
  /** Path of out/engine/images.mjs. */
  worker: string;
  teacher: TeacherInfo;
  plan: EncoderPlan;
}

interface Pending {
  kind: ImageRequest['kind'];
  subject: string;
  resolve(answer: ImageAnswers[keyof ImageAnswers]): void;
  reject(error: unknown): void;
}

interface Seat {
  worker: Worker | null;
  pending: Map<number, Pending>;
}

/** Inspections that one worker is given at a time. */
const inspectionsEach = 96;

/**
 * Worker threads that decode, inspect, make thumbnails and encode. Each is started when it is first needed. A request
 * whose worker ends fails with PROCESS_DIED and the worker is replaced.
 */
export class ImageWorkerPool implements ImageInspector {
  readonly #seats: Seat[];
  readonly #options: ImageWorkerPoolOptions;
  #nextId = 1;
  #closed = false;

  constructor(options: ImageWorkerPoolOptions) {
    this.#options = options;
    this.#seats = Array.from({ length: Math.max(1, options.plan.workers) }, () => ({ worker: null, pending: new Map() }));
  }

  get plan(): EncoderPlan {
    return this.#options.plan;
  }

  get threads(): number {
    return this.#seats.length;
  }

  /** Decodes bytes whole and hashes them. @throws IMAGE_*, PROCESS_DIED */
  inspectBytes(bytes: Buffer, name: string): Promise<InspectedFile> {
    return this.request({ kind: 'inspect-bytes', bytes, name }, name);
  }

  /** Reads a file, decodes it whole and hashes it. @throws IMAGE_*, PROCESS_DIED */
  inspectFile(path: string, name: string): Promise<InspectedFile> {
    return this.request({ kind: 'inspect-file', path, name }, name);
  }

  /** A WebP that fits into a square of `size` pixels, never enlarged. @throws IMAGE_*, PROCESS_DIED */
  async thumbnail(bytes: Uint8Array, name: string, size: number): Promise<Buffer> {
    const made = await this.request({ kind: 'thumbnail', bytes, name, size }, name);
    return Buffer.from(made.buffer, made.byteOffset, made.byteLength);
  }

  /**
   * One request to the worker that suits it. Aborting `signal` rejects at once; the worker drops the work at its
   * next opportunity.
   * @throws CANCELLED, PROCESS_DIED and what the request itself throws
   */
  request<K extends ImageRequest['kind']>(request: Extract<ImageRequest, { kind: K }>, subject: string, signal?: AbortSignal): Promise<ImageAnswers[K]> {
    if (this.#closed) return Promise.reject(new GlyphscopeError('CANCELLED', 'Glyphscope is closing.'));
    if (signal?.aborted) return Promise.reject(new GlyphscopeError('CANCELLED', 'Cancelled.'));
    const seat = this.#seatFor(request.kind);
    const worker = (seat.worker ??= this.#start(seat));
    const id = this.#nextId++;
    return new Promise<ImageAnswers[K]>((resolve, reject) => {
      const abort = () => {
        seat.pending.delete(id);
        worker.postMessage({ id, abandon: true } satisfies ToImageWorker);
        settle();
        reject(new GlyphscopeError('CANCELLED', 'Cancelled.'));
      };
      const settle = () => {
        signal?.removeEventListener('abort', abort);
        if (seat.pending.size === 0) worker.unref();
      };
      seat.pending.set(id, {
        kind: request.kind,
        subject,
        resolve: (answer) => (settle(), resolve(answer as ImageAnswers[K])),
        reject: (error) => (settle(), reject(error)),
      });
      signal?.addEventListener('abort', abort);
      worker.ref();
      const [sent, transfer] = withOwnBytes(request);
      worker.postMessage({ id, request: sent } satisfies ToImageWorker, transfer);
    });
  }

  /** Ends all workers, each once the piece that it is at is done; requests under way fail with CANCELLED. */
  async close(): Promise<void> {
    this.#closed = true;
    const workers = this.#seats.flatMap((seat) => (seat.worker === null ? [] : [seat.worker]));
    for (const seat of this.#seats) {
      seat.worker = null;
      failAll(seat, () => new GlyphscopeError('CANCELLED', 'Glyphscope is closing.'));
    }
    await Promise.all(workers.map(endWorker));
  }

  /**
   * Encoding keeps a worker's own thread busy, so it goes to the one with the least to do. Inspecting runs in libuv's
   * threads whatever worker asks, or takes no time to speak of (small JPEGs): one worker that has much of it spends 0.7 of
   * the time of four that keep waking up.
   */
  #seatFor(kind: ImageRequest['kind']): Seat {
    if (inspects(kind)) {
      const busy = this.#seats.find((seat) => seat.pending.size < inspectionsEach && [...seat.pending.values()].every((one) => inspects(one.kind)));
      if (busy !== undefined) return busy;
    }
    return this.#seats.reduce((best, one) => (one.pending.size < best.pending.size ? one : best));
  }

  #start(seat: Seat): Worker {
    const { worker: file, teacher, plan } = this.#options;
    const worker = new Worker(file, { workerData: { teacher, plan } satisfies ImageWorkerData });
    let cause: unknown = null;
    worker.on('message', (message: FromImageWorker) => {
      const pending = seat.pending.get(message.id);
      if (pending === undefined) return; // abandoned
      seat.pending.delete(message.id);
      if ('answer' in message) pending.resolve(message.answer);
      else pending.reject(new GlyphscopeError(message.error.code, message.error.message, message.error));
    });
    worker.on('error', (error) => (cause = error));
    worker.on('exit', (code) => {
      if (seat.worker !== worker) return;
      seat.worker = null;
      const why = cause instanceof Error ? cause.message : `exit code ${code}`;
      failAll(seat, ({ subject }) => new GlyphscopeError('PROCESS_DIED', `The image worker ended while it worked on ${subject} (${why}).`, { subject, remedy: 'Try again; if it happens with this file alone, leave the file out.', cause }));
    });
    worker.unref();
    return worker;
  }
}

/** How long a worker may take to end by itself (milliseconds). */
const endLimit = 20_000;

/** Asks a worker to end. Terminating it while ONNX Runtime is at work in it would abort the whole process. */
async function endWorker(worker: Worker): Promise<void> {
  worker.ref();
  const ended = new Promise<void>((resolve) => worker.once('exit', () => resolve()));
  worker.postMessage({ close: true } satisfies ToImageWorker);
  const timer = setTimeout(() => void worker.terminate(), endLimit);
  await ended;
  clearTimeout(timer);
}

const inspects = (kind: ImageRequest['kind']) => kind === 'inspect-bytes' || kind === 'inspect-file';

/** A view of a buffer travels with the whole buffer, so its bytes get one of their own, which is handed over. */
function withOwnBytes(request: ImageRequest): [ImageRequest, ArrayBuffer[]] {
  if (!('bytes' in request)) return [request, []];
  const bytes = new Uint8Array(request.bytes);
  return [{ ...request, bytes }, [bytes.buffer]];
}

function failAll(seat: Seat, error: (pending: Pending) => GlyphscopeError): void {
  const pending = [...seat.pending.values()];
  seat.pending.clear();
  for (const one of pending) one.reject(error(one));
}
