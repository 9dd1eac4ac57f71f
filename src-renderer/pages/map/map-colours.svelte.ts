import { colourKey, type ColourBy } from './colour-by';
import { groupPoints, type Grouping, type GroupingInput, type LegendRow } from './groups';
import { mostGroups } from './point-codes';
import type { GroupStyle } from './point-renderer';

/** Strength of the other groups while one row of the legend is pointed at. */
const quiet = { light: 0.16, dark: 0.2 };

/** What a map's points are coloured by, and which rows of its legend are off. */
export class MapColours {
  readonly #input: () => GroupingInput | null;
  #by = $state.raw<ColourBy>({ kind: 'label' });
  /** Keys of rows that are off. */
  #off = $state.raw<ReadonlySet<string>>(new Set());
  /** Row under the pointer. */
  #glanced = $state<string | null>(null);

  readonly #grouping = $derived.by<Grouping | null>(() => {
    const input = this.#input();
    return input && groupPoints(this.#by, input);
  });
  readonly #offGroups = $derived.by(() => {
    const off = new Uint8Array(mostGroups);
    for (const row of this.#grouping?.rows ?? []) if (this.#off.has(row.key)) for (const group of row.groups) off[group] = 1;
    return off;
  });
  readonly #styles = $derived.by<GroupStyle[]>(() => {
    const glanced = this.#glanced === null ? null : new Set(this.#grouping?.rows.find(({ key }) => key === this.#glanced)?.groups);
    const faint = quiet[this.#input()?.scheme ?? 'light'];
    return (this.#grouping?.groups ?? []).map(({ index, colour, shape }) => ({ colour, shape, strength: !glanced || glanced.has(index) ? 1 : faint }));
  });

  /** @param input what groups are made of; null while there is no map */
  constructor(input: () => GroupingInput | null) {
    this.#input = input;
  }

  get by(): ColourBy {
    return this.#by;
  }
  /** Another colouring begins with every row on. */
  set by(by: ColourBy) {
    if (colourKey(by) === colourKey(this.#by)) return;
    this.#by = by;
    this.#off = new Set();
    this.#glanced = null;
  }
  get grouping(): Grouping | null {
    return this.#grouping;
  }
  get rows(): readonly LegendRow[] {
    return this.#grouping?.rows ?? [];
  }
  get styles(): readonly GroupStyle[] {
    return this.#styles;
  }
  get off(): ReadonlySet<string> {
    return this.#off;
  }
  set off(keys: ReadonlySet<string>) {
    this.#off = keys;
  }
  /** 1 for each group that is off. */
  get offGroups(): Uint8Array {
    return this.#offGroups;
  }
  get glanced(): string | null {
    return this.#glanced;
  }
  set glanced(key: string | null) {
    this.#glanced = key;
  }

  /** Takes rows off the map or puts them back, all of them the way the first one goes. */
  toggle(keys: readonly string[]): void {
    const next = new Set(this.#off);
    const put = next.has(keys[0]);
    for (const key of keys) if (put) next.delete(key);
      else next.add(key);
    this.#off = next;
  }
  /** Only these rows; all rows when they were the only ones already. */
  solo(keys: readonly string[]): void {
    const others = this.rows.map(({ key }) => key).filter((key) => !keys.includes(key));
    const already = keys.every((key) => !this.#off.has(key)) && others.every((key) => this.#off.has(key));
    this.#off = new Set(already ? [] : others);
  }
  showAll(): void {
    this.#off = new Set();
  }
}
