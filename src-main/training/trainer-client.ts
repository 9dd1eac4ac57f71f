import type { ChildProcess } from 'node:child_process';
import { EventEmitter } from 'node:events';
import type { ProgressState } from '../contract/progress';
import type { TrainingEvent } from '../contract/runs';
import { startChild } from './child';
import { fromTrainer, type TrainerStart } from './messages';

export interface TrainerOptions extends Omit<TrainerStart, 'type'> {
  /** Built file out/engine/trainer.mjs. */
  entry: string;
  /** The Node that runs it. */
  node: string;
}

interface TrainerEvents {
  event: [TrainingEvent];
  /** How far the preparation before the first step has come. */
  progress: [ProgressState];
  /** The process is gone; without a state `finished`, `stopped` or `failed` before, it died. */
  exit: [{ code: number | null; signal: string | null }];
}

const patienceMs = 60_000;

/** A trainer process, from the engine's side. The state `failed` comes as an event; dying without a word as `exit`. */
export class TrainerClient extends EventEmitter<TrainerEvents> {
  readonly #child: ChildProcess;
  readonly #gone: Promise<void>;

  private constructor(child: ChildProcess) {
    super();
    this.#child = child;
    this.#gone = new Promise((resolve) => {
      const end = (code: number | null, signal: string | null) => {
        resolve();
        this.emit('exit', { code, signal });
      };
      child.once('exit', end);
      child.once('error', (error) => {
        if (child.pid !== undefined) return;
        console.error(`The trainer did not start: ${error.message}`);
        end(null, null);
      });
    });
    child.on('message', (raw: unknown) => {
      const message = fromTrainer.safeParse(raw);
      if (!message.success) console.error(`The trainer sent what is not understood: ${message.error.message}`);
      else if (message.data.type === 'progress') this.emit('progress', message.data.progress);
      else this.emit('event', message.data.event);
    });
  }

  static start({ entry, node, ...start }: TrainerOptions): TrainerClient {
    const child = startChild(entry, node);
    const client = new TrainerClient(child);
    client.#send({ type: 'start', ...start });
    return client;
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** Keeps the process and writes a checkpoint; the state `paused` follows after the step at work. */
  pause(): void {
    this.#send({ type: 'pause' });
  }

  resume(): void {
    this.#send({ type: 'resume' });
  }

  /** Ends the training with a checkpoint; resolves when the process is gone, which is forced after a minute. */
  async stop(): Promise<void> {
    this.#send({ type: 'stop' });
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), patienceMs);
    await this.#gone;
    clearTimeout(timer);
  }

  #send(message: { type: 'pause' | 'resume' | 'stop' } | TrainerStart): void {
    if (this.#child.connected) this.#child.send(message, () => undefined); // a child that is gone says so by `exit`
  }
}
