import type { ErrorDetail } from '../../src-main/contract/errors';
import type { Collection } from '../../src-main/contract/images';
import type { Run } from '../../src-main/contract/runs';
import type { EngineInfo } from '../../src-main/contract/system';
import { explain, wasAborted, type Client } from '../client';
import { remoteShell } from '../host';

interface Remembered {
  collection: string | null;
  run: string | null;
}

const backendDelay = 5000;

/** Collections and runs of the library, which of them is shown, and the hues of the run's symbols. */
export class Library {
  readonly #client: Client;
  readonly #remembered: Remembered;
  #info = $state.raw<EngineInfo | null>(null);
  #collections = $state.raw<readonly Collection[]>([]);
  #runs = $state.raw<readonly Run[]>([]);
  #loaded = $state(false);
  #error = $state.raw<ErrorDetail | null>(null);
  #revision = $state(0);
  #collectionName = $state<string | null>(null);
  #runName = $state<string | null>(null);
  #hues = $state.raw<{ run: number; hues: readonly number[] } | null>(null);
  #refreshing: AbortController | null = null;
  #asking: ReturnType<typeof setTimeout> | undefined;

  readonly #collection = $derived.by(() => this.#pickCollection());
  readonly #run = $derived.by(() => this.#pickRun());

  /** @param remembered where the chosen names are kept between visits */
  constructor(client: Client, remembered: Remembered) {
    this.#client = client;
    this.#remembered = remembered;
    this.#collectionName = remembered.collection;
    this.#runName = remembered.run;
  }

  #pickCollection(): Collection | null {
    const named = (name: string | null | undefined) => this.#collections.find((c) => c.name === name);
    return named(this.#collectionName) ?? named(this.#info?.defaultCollection) ?? this.#collections[0] ?? null;
  }

  #pickRun(): Run | null {
    const usable = this.#runs.filter((r) => r.usable);
    const named = (name: string | null | undefined) => usable.find((r) => r.name === name);
    return named(this.#runName) ?? named(this.#info?.defaultRun) ?? usable[0] ?? null;
  }

  get info(): EngineInfo | null {
    return this.#info;
  }
  /** Name of the machine that the engine runs on where that is not this one, empty until it is known; else null. */
  get remoteHost(): string | null {
    return remoteShell || this.#info?.remote ? (this.#info?.host ?? '') : null;
  }
  get collections(): readonly Collection[] {
    return this.#collections;
  }
  get runs(): readonly Run[] {
    return this.#runs;
  }
  /** Runs that can describe images: the ones to choose from. */
  get usableRuns(): readonly Run[] {
    return this.#runs.filter((r) => r.usable);
  }
  /** False until the first answer. */
  get loaded(): boolean {
    return this.#loaded;
  }
  get error(): ErrorDetail | null {
    return this.#error;
  }
  /** The collection shown on every page; null while there is none. */
  get collection(): Collection | null {
    return this.#collection;
  }
  /** The run that describes; null while none is usable. */
  get run(): Run | null {
    return this.#run;
  }
  /** Whether the run has described the collection. */
  get described(): boolean {
    return !!this.#run && !!this.#collection && this.#run.encoded.includes(this.#collection.name);
  }
  /** Grows when stored images, descriptions or maps may have changed: read it in a query to be asked again. */
  get revision(): number {
    return this.#revision;
  }
  /** Hue in degrees by symbol of the current run; null while not loaded or when it has none. */
  get hues(): readonly number[] | null {
    return this.#hues && this.#hues.run === this.#run?.id ? this.#hues.hues : null;
  }
  hue(symbol: number): number | null {
    return this.hues?.[symbol] ?? null;
  }

  chooseCollection(name: string): void {
    this.#collectionName = name;
    this.#remembered.collection = name;
  }
  chooseRun(name: string): void {
    this.#runName = name;
    this.#remembered.run = name;
  }

  /** Asks for everything again. Call it after what changes collections, runs or descriptions. */
  async refresh(): Promise<void> {
    this.#refreshing?.abort();
    const refreshing = new AbortController();
    this.#refreshing = refreshing;
    const options = { signal: refreshing.signal };
    try {
      const [info, collections, runs] = await Promise.all([
        this.#client.system.info(undefined, options),
        this.#client.collections.list(undefined, options),
        this.#client.runs.list(undefined, options),
      ]);
      if (refreshing.signal.aborted) return;
      this.#info = info;
      if (info.backend === null) this.#askForBackend();
      this.#collections = collections;
      this.#runs = runs;
      this.#loaded = true;
      this.#error = null;
      this.#revision += 1;
      await this.loadHues(options.signal);
    } catch (error) {
      if (!refreshing.signal.aborted && !wasAborted(error)) this.#error = explain(error);
    }
  }

  /** At the first start of all, the engine decides on a backend after some seconds. */
  #askForBackend(): void {
    clearTimeout(this.#asking);
    this.#asking = setTimeout(() => void this.refresh(), backendDelay);
  }

  /** Loads the hues of the current run, once for each run and step. Glyphs stay neutral when there are none. */
  async loadHues(signal?: AbortSignal): Promise<void> {
    const run = this.#run;
    if (!run) return;
    try {
      const hues = await this.#client.runs.hues({ run: run.id }, { signal });
      if (!signal?.aborted) this.#hues = { run: run.id, hues };
    } catch {
      // colour is never the only signal: without hues every glyph is drawn in the neutral ink
    }
  }
}
