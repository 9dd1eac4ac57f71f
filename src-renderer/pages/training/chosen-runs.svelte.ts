import type { Route } from '../../state/route.svelte';

/** Reads "3,1,12" as ids; anything else in it is left out. */
export const readIds = (text: string | null): number[] => [...new Set((text ?? '').split(',').map(Number))].filter((id) => Number.isInteger(id) && id > 0);

/** Runs that are chosen for comparison, in the order they were. On the page that compares them they are in its address. */
export class ChosenRuns {
  readonly #route: Route;
  #kept = $state.raw<readonly number[]>([]);
  /** Where a range begins. */
  anchor: number | null = null;
  readonly #ids = $derived.by(() => (this.comparing ? readIds(this.#route.parameters.get('runs')) : this.#kept));
  readonly #set = $derived.by(() => new Set(this.#ids));

  constructor(route: Route) {
    this.#route = route;
  }

  /** Whether the comparison is on screen. */
  get comparing(): boolean {
    return this.#route.page === 'training' && this.#route.rest[0] === 'compare';
  }
  get ids(): readonly number[] {
    return this.#ids;
  }
  get count(): number {
    return this.#ids.length;
  }
  has(id: number): boolean {
    return this.#set.has(id);
  }

  set(ids: readonly number[]): void {
    this.#kept = ids;
    if (!this.comparing) return;
    const parameters = new URLSearchParams(this.#route.parameters);
    parameters.set('runs', ids.join(','));
    this.#route.setParameters(parameters);
  }

  /** Chooses runs, or lets go of them when all are chosen. */
  toggle(ids: readonly number[]): void {
    const all = ids.every((id) => this.has(id));
    this.set(all ? this.#ids.filter((id) => !ids.includes(id)) : this.#with(ids));
    this.anchor = ids[0] ?? null;
  }

  /** Chooses what lies between the anchor and a run, in the order of the list. */
  reach(id: number, list: readonly number[]): void {
    const [from, to] = [list.indexOf(this.anchor ?? id), list.indexOf(id)];
    if (from < 0 || to < 0) return this.toggle([id]);
    this.set(this.#with(list.slice(Math.min(from, to), Math.max(from, to) + 1)));
  }

  clear(): void {
    this.set([]);
    this.anchor = null;
  }

  /** Shows the comparison of what is chosen. */
  compare(): void {
    this.#route.go('training', ['compare'], { runs: this.#ids.join(',') });
  }

  #with(ids: readonly number[]): number[] {
    return [...new Set([...this.#ids, ...ids])];
  }
}
