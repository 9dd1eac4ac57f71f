import type { Client } from '../../client';
import type { Describing } from '../../state/describing.svelte';
import type { MapSubject } from './loaded-map.svelte';

/** A file of the Describe page on the map. */
export interface DroppedMark {
  item: Describing;
  x: number;
  y: number;
}

/** Where files that were described on the Describe page stand on the map that is shown. */
export class DroppedMarks {
  readonly #client: Client;
  #marks = $state.raw<readonly DroppedMark[]>([]);
  #map: number | null = null;
  #asked = new Set<number>();

  constructor(client: Client) {
    this.#client = client;
  }

  get all(): readonly DroppedMark[] {
    return this.#marks;
  }

  /** Places those that the map's run has described and that are not placed yet, one after the other. */
  async place(map: number, subject: MapSubject, items: readonly Describing[]): Promise<void> {
    if (map !== this.#map) {
      this.#map = map;
      this.#asked = new Set();
      this.#marks = [];
    }
    this.#marks = this.#marks.filter(({ item }) => items.includes(item));
    for (const item of items) {
      if (item.run !== subject.run || !item.result || this.#asked.has(item.id)) continue;
      this.#asked.add(item.id);
      // A mark is an addition to the map: one that cannot be placed is still on the Describe page, which says why.
      const found = await this.#client.explore.place({ ...subject, symbols: item.result.description.symbols }).catch(() => null);
      if (this.#map !== map) return;
      if (found?.map === map) this.#marks = [...this.#marks, { item, x: found.x, y: found.y }];
    }
  }
}
