import { mapNumberFields, mapNumbersUrl, type MapNumberField } from '../../../src-main/contract/urls';
import type { MapPoints } from './groups';
import { PrefixIds } from './prefix-ids';

/** What each number of the engine is called. */
const texts: Record<MapNumberField, string> = { width: 'Width in pixels', height: 'Height in pixels', bytes: 'Size of the file in bytes' };

/** Numbers of every point that a map can be coloured by: fields of the images, and what the page itself can count. */
export class NumberFields {
  #map: number | null = null;
  #points: MapPoints | null = null;
  #known = $state.raw<ReadonlyMap<string, Float32Array>>(new Map());
  #added = $state.raw<readonly { field: string; text: string }[]>([]);
  readonly #asked = new Set<string>();

  get list(): { field: string; text: string }[] {
    return [{ field: 'alike', text: 'Images with the same description' }, ...mapNumberFields.map((field) => ({ field, text: texts[field] })), ...this.#added];
  }

  /** Takes another map over; its numbers are asked for when they are wanted. */
  show(map: number, points: MapPoints): void {
    this.#map = map;
    this.#points = points;
    this.#known = new Map();
    this.#added = [];
    this.#asked.clear();
  }

  /** Adds numbers that were found elsewhere, in the map's order. */
  add(field: string, text: string, values: Float32Array): void {
    this.#added = [...this.#added.filter((known) => known.field !== field), { field, text }];
    this.#known = new Map([...this.#known, [field, values]]);
  }

  /** [n] in the map's order, NaN where not known; null until they are here. */
  of(field: string): Float32Array | null {
    const known = this.#known.get(field);
    if (known) return known;
    if (this.#asked.has(field) || this.#map === null || !this.#points) return null;
    this.#asked.add(field);
    const found = field === 'alike' ? Promise.resolve(alike(this.#points)) : this.#ask(this.#map, field);
    const map = this.#map;
    void found.then((values) => {
      if (values && this.#map === map) this.#known = new Map([...this.#known, [field, values]]);
    });
    return null;
  }

  async #ask(map: number, field: string): Promise<Float32Array | null> {
    const known = mapNumberFields.find((one) => one === field);
    if (!known) return null;
    const answer = await fetch(mapNumbersUrl(map, known));
    return answer.ok ? new Float32Array(await answer.arrayBuffer()) : null;
  }
}

/** For each point, how many of the map have its whole description, itself included. */
function alike({ symbols, length }: MapPoints): Float32Array {
  const { ids, counts } = new PrefixIds(symbols, length).of(length);
  return Float32Array.from(ids, (id) => counts[id]);
}
