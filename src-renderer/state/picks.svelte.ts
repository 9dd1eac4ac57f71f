import type { ImageSelection } from '../../src-main/contract/query';

/**
 * Images that were picked for an action, in a grid or on the map; the image in the inspector is another matter. A range
 * grows from the place that was picked last and shrinks with it.
 */
export class Picks {
  #ids = new Set<number>();
  #version = $state(0);
  #query: string | null = null;
  /** Place in the list that a range starts from, and what was picked when it was set. */
  #anchor: { place: number; before: ReadonlySet<number> } | null = null;

  get count(): number {
    void this.#version;
    return this.#ids.size;
  }
  /** Place in the list that a range starts from; null before anything was picked. */
  get anchor(): number | null {
    void this.#version;
    return this.#anchor?.place ?? null;
  }
  has(id: number): boolean {
    void this.#version;
    return this.#ids.has(id);
  }
  /** What an action is about: a query when all it finds is picked, else the ids. */
  get selection(): ImageSelection {
    void this.#version;
    return this.#query === null ? { ids: [...this.#ids] } : { query: this.#query };
  }

  /** Picks one image, or lets go of it; ranges start here from now on. */
  toggle(id: number, place: number): void {
    if (!this.#ids.delete(id)) this.#ids.add(id);
    this.#anchor = { place, before: new Set(this.#ids) };
    this.#changed();
  }
  /** A range starts at this place, without picking anything yet. */
  startAt(place: number): void {
    this.#anchor = { place, before: new Set(this.#ids) };
    this.#changed(this.#query);
  }
  /** Picks what stands from the anchor to another place, beside what was picked when the anchor was set. */
  range(ids: Iterable<number>): void {
    this.#ids = new Set(this.#anchor?.before);
    for (const id of ids) this.#ids.add(id);
    this.#changed();
  }
  /** Picks exactly these; `query` is the query that finds them, when there is one. */
  set(ids: Iterable<number>, query: string | null = null): void {
    this.#ids = new Set(ids);
    this.#anchor = null;
    this.#changed(query);
  }
  clear(): void {
    this.#ids = new Set();
    this.#anchor = null;
    this.#changed();
  }

  #changed(query: string | null = null): void {
    this.#query = query;
    this.#version += 1;
  }
}
