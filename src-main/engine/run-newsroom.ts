import { EventEmitter, on } from 'node:events';
import type { Finding } from '../contract/health';
import type { RunNews } from '../contract/run-news';
import type { TrainingEvent } from '../contract/runs';
import type { StoredRun } from '../database/runs';

/** Tells whoever asked what happens to runs: ended, failed, found to suffer from something. */
export class RunNewsroom {
  readonly #news = new EventEmitter<{ news: [RunNews] }>();

  constructor() {
    this.#news.setMaxListeners(0); // one for each window
  }

  /** Tells of an event of a run, and of the findings that it raised, where they are news. */
  tell(run: StoredRun, event: TrainingEvent, raised: readonly Finding[]): void {
    const { id, name } = run;
    for (const { title, seen } of raised) this.#news.emit('news', { run: id, name, kind: 'finding', title: `${name}: ${title}`, text: seen });
    if (event.type !== 'state') return;
    const at = `step ${event.step.toLocaleString('en')}`;
    if (event.state === 'finished') this.#news.emit('news', { run: id, name, kind: 'finished', title: `${name} is trained`, text: `All ${event.step.toLocaleString('en')} steps are done.` });
    if (event.state === 'failed') this.#news.emit('news', { run: id, name, kind: 'failed', title: `${name} failed`, text: event.error?.message ?? `It ended at ${at}.` });
    if (event.state === 'interrupted' && event.error) this.#news.emit('news', { run: id, name, kind: 'interrupted', title: `${name} was interrupted`, text: `At ${at}. ${event.error.message}` });
  }

  /** News as they happen, until `signal` aborts. */
  async *follow(signal: AbortSignal | undefined): AsyncGenerator<RunNews, void, void> {
    try {
      for await (const [news] of on(this.#news, 'news', { signal }) as AsyncIterable<[RunNews]>) yield news;
    } catch (error) {
      if (!signal?.aborted) throw error;
    }
  }
}
