export const pages = ['images', 'describe', 'speak', 'vocabulary', 'map', 'training'] as const;
export type PageName = (typeof pages)[number];

/** Reads `#/page/rest/…?key=value`; anything unknown is the first page. */
export function parseRoute(fragment: string): { page: PageName; rest: string[]; parameters: URLSearchParams } {
  const [path, search = ''] = fragment.replace(/^#\/?/, '').split('?', 2);
  const [first, ...rest] = path.split('/').filter((part) => part !== '').map((part) => safeDecode(part));
  return { page: pages.find((page) => page === first) ?? 'images', rest, parameters: new URLSearchParams(search) };
}

function safeDecode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

export function routeTo(page: PageName, rest: readonly (string | number)[] = [], parameters: Record<string, string> = {}): string {
  const search = new URLSearchParams(parameters).toString();
  return `#/${[page, ...rest.map((part) => encodeURIComponent(part))].join('/')}${search ? `?${search}` : ''}`;
}

/** Where the user is, kept in the address's fragment so that back, forward and reload work. */
export class Route {
  #fragment = $state(typeof location === 'undefined' ? '' : location.hash);
  readonly #parsed = $derived(parseRoute(this.#fragment));

  constructor() {
    if (typeof window !== 'undefined') window.addEventListener('hashchange', () => (this.#fragment = location.hash));
  }

  get page(): PageName {
    return this.#parsed.page;
  }
  /** What follows the page in the path: `#/training/3` gives ['3']. */
  get rest(): readonly string[] {
    return this.#parsed.rest;
  }
  get parameters(): URLSearchParams {
    return this.#parsed.parameters;
  }

  /** Changes the parameters of this page without a new entry in the history. */
  setParameters(parameters: URLSearchParams): void {
    this.show(this.page, this.rest, parameters);
  }

  /** Shows a page at once, in place of the present entry of the history. */
  show(page: PageName, rest: readonly string[], parameters: URLSearchParams): void {
    const search = parameters.toString();
    history.replaceState(null, '', `${routeTo(page, rest)}${search ? `?${search}` : ''}`);
    this.#fragment = location.hash;
  }

  go(page: PageName, rest: readonly (string | number)[] = [], parameters: Record<string, string> = {}): void {
    location.hash = routeTo(page, rest, parameters);
    this.#fragment = location.hash; // the event comes later, and a key that follows at once means the new place
  }
}
