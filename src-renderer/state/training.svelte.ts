import { unpackColumns } from '../../src-main/contract/curves';
import type { ErrorDetail } from '../../src-main/contract/errors';
import type { Run, RunState, TrainingEvent } from '../../src-main/contract/runs';
import { explain, wasAborted } from '../client';
import type { App } from './app.svelte';
import { CurveStore } from './curve-store.svelte';

/** `start-now`: beside what is trained already; `discard`: stop and delete. */
export type RunAction = 'start-now' | 'pause' | 'resume' | 'stop' | 'discard' | 'remove' | 'evaluate';
export interface RunMessage {
  step: number;
  level: 'info' | 'warning';
  text: string;
}

/** Whether the engine is at work on the run, so that events come. */
export const isLive = (state: RunState): boolean => state === 'preparing' || state === 'training';

/** What can be asked of a run in a state. */
export function actionsFor(run: Run): RunAction[] {
  const evaluate: RunAction[] = run.usable ? ['evaluate'] : [];
  const remove: RunAction[] = run.embedded ? [] : ['remove'];
  if (run.state === 'queued') return ['start-now', 'stop', ...evaluate];
  if (run.state === 'preparing') return ['stop', 'discard'];
  if (run.state === 'training') return ['pause', 'stop', 'discard'];
  if (run.state === 'paused') return ['resume', 'stop', 'discard', ...evaluate];
  const again: RunAction[] = run.embedded || run.state === 'finished' || (run.state === 'failed' && !run.usable) ? [] : ['resume'];
  if (run.state !== 'finished') return [...again, ...evaluate, ...remove];
  return [...evaluate, ...remove];
}

type Needs = Pick<App, 'client' | 'connection' | 'library'>;

/** The runs of the library as they stand now, and one of them watched closely. */
export class Training {
  readonly #app: Needs;
  #fresh = $state.raw<{ revision: number; runs: readonly Run[] } | null>(null);
  #watched = $state<number | null>(null);
  #live = $state.raw<{ state: RunState; error: ErrorDetail | null } | null>(null);
  #messages = $state.raw<readonly RunMessage[]>([]);
  #error = $state.raw<ErrorDetail | null>(null);
  #failed = $state.raw<{ action: RunAction; error: ErrorDetail } | null>(null);
  #pending = $state<RunAction | null>(null);
  #loading = $state(false);
  #attempt = $state(0);
  readonly curves = new CurveStore();

  constructor(app: Needs) {
    this.#app = app;
  }

  /** Newest first; the run that came with the app last. */
  get runs(): readonly Run[] {
    const { library } = this.#app;
    const runs = this.#fresh?.revision === library.revision ? this.#fresh.runs : library.runs;
    return [...runs].sort((a, b) => Number(a.embedded) - Number(b.embedded) || b.createdAt - a.createdAt);
  }
  /** Runs that wait to be trained, the next one first. */
  get waiting(): readonly Run[] {
    return this.runs.filter(({ queuePlace }) => queuePlace !== null).sort((a, b) => a.queuePlace! - b.queuePlace!);
  }
  run(id: number | null): Run | null {
    return this.runs.find((run) => run.id === id) ?? null;
  }
  /** State of the watched run as its events tell, which come before the list does. */
  get live(): { state: RunState; error: ErrorDetail | null } | null {
    return this.#live;
  }
  get messages(): readonly RunMessage[] {
    return this.#messages;
  }
  /** Why the curves cannot be shown. */
  get error(): ErrorDetail | null {
    return this.#error;
  }
  /** The action that was refused last. */
  get failed(): { action: RunAction; error: ErrorDetail } | null {
    return this.#failed;
  }
  get pending(): RunAction | null {
    return this.#pending;
  }
  /** True until the curves of a newly watched run are there. */
  get loading(): boolean {
    return this.#loading;
  }

  /** Grows with `retry`; the effect that watches reads it. */
  get attempt(): number {
    return this.#attempt;
  }
  /** Loads the curves once more after a failure. */
  retry(): void {
    this.#attempt += 1;
  }

  /** Asks for the list now; tells the library when something changed that other pages show. */
  async poll(): Promise<void> {
    const { client, library } = this.#app;
    const runs = await client.runs.list().catch(() => null);
    if (!runs) return; // the connection's own state says when the engine is away
    const key = (list: readonly Run[]) => JSON.stringify(list.map((r) => [r.id, r.name, r.state, r.usable, r.encoded]));
    if (key(runs) !== key(library.runs)) await library.refresh();
    this.#fresh = { revision: library.revision, runs };
  }

  /** Keeps the list up to date while a run is at work. Returns how to end it. */
  follow(everyMilliseconds = 2000): () => void {
    const timer = setInterval(() => {
      if (this.runs.some(({ state }) => isLive(state) || state === 'queued') && !document.hidden) void this.poll();
    }, everyMilliseconds);
    return () => clearInterval(timer);
  }

  /** Loads a run's history and then reads its events as they come. Returns how to end it. */
  watch(id: number): () => void {
    const { client, connection } = this.#app;
    const stop = new AbortController();
    if (this.#watched !== id) {
      this.#watched = id;
      this.#live = null;
      this.#messages = [];
      this.#failed = null;
      this.curves.clear();
      this.#loading = true;
    }
    this.#error = null;
    const history = async () => {
      const [curves, stretch] = await Promise.all([client.runs.curves({ run: id, points: 0 }, { signal: stop.signal }), client.runs.stretch({ run: id }, { signal: stop.signal })]);
      return { curves, stretch: { stride: stretch.stride, columns: await unpackColumns(stretch) } };
    };
    history().then(
      ({ curves, stretch }) => {
        if (stop.signal.aborted) return;
        this.curves.load(curves, stretch);
        this.#messages = curves.messages;
        this.#loading = false;
        const end = connection.follow(
          (signal) => client.runs.watch({ run: id, step: this.curves.lastStep }, { signal }),
          (events) => this.#take(events),
          (error) => (this.#error = explain(error)),
        );
        stop.signal.addEventListener('abort', end);
      },
      (error: unknown) => {
        if (stop.signal.aborted || wasAborted(error)) return;
        this.#loading = false;
        this.#error = explain(error);
      },
    );
    return () => stop.abort();
  }

  #take(events: readonly TrainingEvent[]): void {
    this.curves.append(events);
    for (const event of events) {
      if (event.type === 'state') {
        const changed = this.#live?.state !== event.state;
        this.#live = { state: event.state, error: event.error };
        if (changed) void this.poll();
      } else if (event.type === 'message') this.#messages = [...this.#messages, { step: event.step, level: event.level, text: event.text }];
    }
  }

  /** Asks the engine to do something with a run. True when it agreed; otherwise `failed` says why not. */
  async act(action: Exclude<RunAction, 'remove' | 'discard'>, run: Run, collection: number | null = null): Promise<boolean> {
    const { client } = this.#app;
    this.#pending = action;
    this.#failed = null;
    try {
      if (action === 'evaluate') {
        if (collection === null) return false;
        await client.runs.evaluate({ run: run.id, collection });
      } else if (action === 'start-now') await client.runs.resume({ run: run.id, atOnce: true });
      else await client.runs[action]({ run: run.id });
      await this.poll();
      return true;
    } catch (error) {
      this.#failed = { action, error: explain(error) };
      return false;
    } finally {
      this.#pending = null;
    }
  }

  /** Gives a run that waits another place, from 1 on. @throws what the engine answered */
  async move(run: Run, place: number): Promise<void> {
    await this.#app.client.runs.moveInQueue({ run: run.id, place });
    await this.poll();
  }

  dismissFailure(): void {
    this.#failed = null;
  }
}
