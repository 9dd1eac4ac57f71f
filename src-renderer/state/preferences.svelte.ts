import { nearnesses, type NearnessName } from '../../src-main/contract/near';

export type ThemeChoice = 'system' | 'light' | 'dark';
/** Edge of a tile's picture in the grid, in pixels. */
export const tileSizes = [96, 128, 192] as const;
export type TileSize = (typeof tileSizes)[number];
/** How many neighbours are listed. */
export const nearCounts = [6, 12, 24, 48, 96] as const;
export type NearCount = (typeof nearCounts)[number];

interface Stored {
  theme: ThemeChoice;
  tile: TileSize;
  collection: string | null;
  run: string | null;
  inspector: boolean;
  nearBy: NearnessName;
  nearCount: NearCount;
  recentCommands: string[];
  /** Whether the desktop is told when a run ends or is found to suffer. */
  notify: boolean;
  /** Interrupted runs that are not to be offered again. */
  dismissed: string[];
}
const defaults: Stored = { theme: 'system', tile: 128, collection: null, run: null, inspector: true, nearBy: 'embedding', nearCount: 12, recentCommands: [], notify: false, dismissed: [] };
/** Commands that are remembered. */
const mostRecent = 12;
const mostDismissed = 200;
const key = 'glyphscope.preferences';

/** What was stored, with anything that is missing or no longer allowed replaced by its default. */
export function readPreferences(text: string | null): Stored {
  let found: Partial<Record<keyof Stored, unknown>> = {};
  try {
    const parsed: unknown = JSON.parse(text ?? '{}');
    if (typeof parsed === 'object' && parsed !== null) found = parsed;
  } catch {
    found = {}; // damaged storage: the defaults are safe and nothing else is kept there
  }
  const name = (value: unknown) => (typeof value === 'string' ? value : null);
  return {
    theme: found.theme === 'light' || found.theme === 'dark' ? found.theme : defaults.theme,
    tile: tileSizes.find((size) => size === found.tile) ?? defaults.tile,
    collection: name(found.collection),
    run: name(found.run),
    inspector: typeof found.inspector === 'boolean' ? found.inspector : defaults.inspector,
    nearBy: nearnesses.find((one) => one === found.nearBy) ?? defaults.nearBy,
    nearCount: nearCounts.find((count) => count === found.nearCount) ?? defaults.nearCount,
    recentCommands: Array.isArray(found.recentCommands) ? found.recentCommands.filter((id) => typeof id === 'string').slice(0, mostRecent) : defaults.recentCommands,
    notify: found.notify === true,
    dismissed: Array.isArray(found.dismissed) ? found.dismissed.filter((key) => typeof key === 'string').slice(0, mostDismissed) : defaults.dismissed,
  };
}

/** What this browser remembers between visits: the look, and which collection and run were shown last. */
export class Preferences {
  readonly #storage: Pick<Storage, 'getItem' | 'setItem'> | null;
  readonly #stored: Stored;
  #systemDark = $state(false);

  constructor(storage: Pick<Storage, 'getItem' | 'setItem'> | null = typeof localStorage === 'undefined' ? null : localStorage) {
    this.#storage = storage;
    const stored = $state(readPreferences(storage?.getItem(key) ?? null));
    this.#stored = stored;
    if (typeof matchMedia === 'undefined') return;
    const dark = matchMedia('(prefers-color-scheme: dark)');
    this.#systemDark = dark.matches;
    dark.addEventListener('change', () => (this.#systemDark = dark.matches));
  }

  #set<K extends keyof Stored>(name: K, value: Stored[K]): void {
    this.#stored[name] = value;
    try {
      this.#storage?.setItem(key, JSON.stringify(this.#stored));
    } catch {
      // storage is full or forbidden: the choice holds until the window closes
    }
  }

  get theme(): ThemeChoice {
    return this.#stored.theme;
  }
  set theme(value: ThemeChoice) {
    this.#set('theme', value);
  }
  /** Whether the page is dark now, with the system's wish taken into account. */
  get dark(): boolean {
    return this.#stored.theme === 'dark' || (this.#stored.theme === 'system' && this.#systemDark);
  }
  get tile(): TileSize {
    return this.#stored.tile;
  }
  set tile(value: TileSize) {
    this.#set('tile', value);
  }
  get collection(): string | null {
    return this.#stored.collection;
  }
  set collection(value: string | null) {
    this.#set('collection', value);
  }
  get run(): string | null {
    return this.#stored.run;
  }
  set run(value: string | null) {
    this.#set('run', value);
  }
  get inspector(): boolean {
    return this.#stored.inspector;
  }
  set inspector(value: boolean) {
    this.#set('inspector', value);
  }
  /** What makes a neighbour a neighbour, on every page. */
  get nearBy(): NearnessName {
    return this.#stored.nearBy;
  }
  set nearBy(value: NearnessName) {
    this.#set('nearBy', value);
  }
  /** Ids of the commands used last, the newest first. */
  get recentCommands(): readonly string[] {
    return this.#stored.recentCommands;
  }
  useCommand(id: string): void {
    this.#set('recentCommands', [id, ...this.#stored.recentCommands.filter((other) => other !== id)].slice(0, mostRecent));
  }
  get notify(): boolean {
    return this.#stored.notify;
  }
  set notify(value: boolean) {
    this.#set('notify', value);
  }
  /** Interrupted runs, by id and step, that the user did not want to go on with. */
  get dismissed(): readonly string[] {
    return this.#stored.dismissed;
  }
  dismiss(keys: readonly string[]): void {
    this.#set('dismissed', [...keys, ...this.#stored.dismissed.filter((key) => !keys.includes(key))].slice(0, mostDismissed));
  }
  get nearCount(): NearCount {
    return this.#stored.nearCount;
  }
  set nearCount(value: NearCount) {
    this.#set('nearCount', value);
  }
}
