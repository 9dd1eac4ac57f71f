import { untrack } from 'svelte';
import type { ErrorDetail } from '../../../src-main/contract/errors';
import type { MapInfo } from '../../../src-main/contract/explore';
import { explain, type Client } from '../../client';
import { query, type Query } from '../../state/query.svelte';
import type { MapPoints } from './groups';
import { loadMap } from './map-data';

export interface MapSubject {
  run: number;
  collection: number;
}

/** The map of a run and a collection with its points, loaded again when either changes or it is computed anew. */
export class LoadedMap {
  readonly #client: Client;
  readonly #subject: () => MapSubject | null;
  readonly #info: Query<MapInfo>;
  readonly #loaded: Query<{ map: MapInfo; points: MapPoints }>;
  #refused = $state.raw<ErrorDetail | null>(null);
  #asked = $state(false);
  readonly #current = $derived.by(() => {
    const [map, subject] = [this.#info.data, this.#subject()];
    return map && subject && map.run === subject.run && map.collection === subject.collection ? map : null;
  });
  readonly #key = $derived(this.#current && `${this.#current.id} ${this.#current.points}`);

  /** Call it while a component is set up. @param changed is read so that the map is asked for again */
  constructor(client: Client, subject: () => MapSubject | null, changed: () => unknown) {
    this.#client = client;
    this.#subject = subject;
    this.#info = query<MapInfo>((signal) => {
      changed();
      const asked = subject();
      return asked && (client.explore.map(asked, { signal }) as Promise<MapInfo>);
    });
    this.#loaded = query((signal) => {
      if (this.#key === null) return null;
      const map = untrack(() => this.#current);
      return map && loadMap(map, signal).then((points) => ({ map, points }));
    });
  }

  get subject(): MapSubject | null {
    return this.#subject();
  }
  /** The map that is asked for, with its points; null until it is here. */
  get ready(): { map: MapInfo; points: MapPoints } | null {
    const { data } = this.#loaded;
    return data && data.map.id === this.#current?.id && data.map.points === this.#current.points ? data : null;
  }
  /** Whether it is known that there is none. */
  get missing(): boolean {
    return this.#subject() !== null && !this.#info.loading && this.#info.error === null && this.#current === null;
  }
  get error(): ErrorDetail | null {
    return this.#info.error ?? this.#loaded.error;
  }
  /** Whether its points are there but cannot be read: computing it again helps. */
  get damaged(): boolean {
    return this.#loaded.error !== null;
  }
  get refused(): ErrorDetail | null {
    return this.#refused;
  }
  get asked(): boolean {
    return this.#asked;
  }
  reload(): void {
    this.#info.reload();
    this.#loaded.reload();
  }

  /** Has the map computed; what the engine says against it stands in `refused`. */
  compute(): Promise<void> {
    return this.#ask((subject) => this.#client.explore.computeMap({ ...subject, seed: 0 }));
  }

  /** Has the images placed that were described since the map was computed; the others stay where they are. */
  place(): Promise<void> {
    return this.#ask((subject) => this.#client.explore.placeOnMap(subject));
  }

  async #ask(start: (subject: MapSubject) => Promise<unknown>): Promise<void> {
    const subject = this.#subject();
    if (!subject) return;
    this.#refused = null;
    this.#asked = true;
    try {
      await start(subject);
    } catch (thrown) {
      this.#refused = explain(thrown);
    } finally {
      this.#asked = false;
    }
  }
}
