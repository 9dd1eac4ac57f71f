import { GlyphscopeError, type ErrorDetail } from '../../src-main/contract/errors';
import { viewFile, type SavedView, type View, type ViewFile } from '../../src-main/contract/views';
import { explain, type Client } from '../client';
import { pages, parseRoute, type PageName, type Route } from './route.svelte';

interface Shown {
  readonly loaded: boolean;
  readonly collection: { name: string } | null;
  readonly run: { name: string } | null;
  readonly collections: readonly { name: string }[];
  readonly usableRuns: readonly { name: string }[];
  chooseCollection(name: string): void;
  chooseRun(name: string): void;
}

/** Parameters of a link that name what is shown; all others belong to the page. */
const named = ['collection', 'run'] as const;

/** The view that a link describes. @throws GlyphscopeError INVALID_INPUT when it is no link to a page of Glyphscope */
export function viewOfLink(link: string): View {
  const at = link.indexOf('#/');
  const { page, rest, parameters } = parseRoute(link.slice(at));
  if (at < 0 || !link.slice(at).startsWith(`#/${page}`))
    throw new GlyphscopeError('INVALID_INPUT', 'This is no link to a view.', { subject: 'link', remedy: 'A link is made by "Copy link"; it has #/ and the name of a page in it.' });
  const [collection, run] = named.map((name) => parameters.get(name) || null);
  return { version: 1, page, rest, parameters: [...parameters].filter(([name]) => !named.some((one) => one === name)), collection, run };
}

/** The fragment of a link to a view. */
export function fragmentOf({ page, rest, parameters, collection, run }: View): string {
  const all = new URLSearchParams([...parameters, ...(collection === null ? [] : [['collection', collection]]), ...(run === null ? [] : [['run', run]])]);
  const search = all.toString();
  return `#/${[page, ...rest].map(encodeURIComponent).join('/')}${search ? `?${search}` : ''}`;
}

/** Reads a view from the text of a file. @throws GlyphscopeError INVALID_INPUT */
export function viewOfFile(text: string, name: string): ViewFile {
  const wrong = (message: string) => new GlyphscopeError('INVALID_INPUT', `${name} ${message}`, { subject: name, remedy: 'A view is saved as a file by "Save as file".' });
  let found: unknown;
  try {
    found = JSON.parse(text);
  } catch {
    throw wrong('holds no JSON.');
  }
  const parsed = viewFile.safeParse(found);
  if (!parsed.success) throw wrong(`holds no view that this Glyphscope reads (${parsed.error.issues[0].path.join('.') || 'file'}: ${parsed.error.issues[0].message}).`);
  return parsed.data;
}

/** What is on screen as something that can be kept: saved under a name, copied as a link, written to a file. */
export class Views {
  readonly #client: Client;
  readonly #route: Route;
  readonly #shown: Shown;
  readonly #look: () => [name: string, value: string][];
  #saved = $state.raw<readonly SavedView[]>([]);
  #restored = $state(0);
  #wanted = $state.raw<Pick<View, 'collection' | 'run'>>({ collection: null, run: null });

  /** @param look parameters of the page on screen that its address need not hold, because the window remembers them */
  constructor(client: Client, route: Route, shown: Shown, look: () => [name: string, value: string][]) {
    this.#client = client;
    this.#look = look;
    this.#route = route;
    this.#shown = shown;
  }

  get saved(): readonly SavedView[] {
    return this.#saved;
  }
  /** Grows with every view that is restored: the page is then built anew, from the address alone. */
  get restored(): number {
    return this.#restored;
  }
  /** What is on screen now. */
  get current(): View {
    const { page, rest, parameters } = this.#route;
    return { version: 1, page, rest: [...rest], parameters: [...this.#look().filter(([name]) => !parameters.has(name)), ...parameters], collection: this.#shown.collection?.name ?? null, run: this.#shown.run?.name ?? null };
  }
  /** What the view that was opened names and this library has not; null when all is there. */
  get missing(): ErrorDetail | null {
    if (!this.#shown.loaded) return null;
    const { collection, run } = this.#wanted;
    const absent = [
      ...(collection !== null && !this.#shown.collections.some(({ name }) => name === collection) ? [`no collection "${collection}"`] : []),
      ...(run !== null && !this.#shown.usableRuns.some(({ name }) => name === run) ? [`no run "${run}"`] : []),
    ];
    if (absent.length === 0) return null;
    return { code: 'NOT_FOUND', message: `This view is of another library: here is ${absent.join(' and ')}.`, subject: collection ?? run ?? undefined, remedy: 'What is shown instead is named above. Choose another there.' };
  }

  /** The address of a view, for this engine. */
  linkOf(view: View): string {
    return `${location.origin}/${fragmentOf(view)}`;
  }

  /** Shows a view exactly. @throws GlyphscopeError INVALID_INPUT for a page that there is not */
  open(view: View): void {
    if (!pages.some((page) => page === view.page))
      throw new GlyphscopeError('INVALID_INPUT', `This Glyphscope has no page "${view.page}".`, { subject: view.page, remedy: 'The view was saved by another version.' });
    if (view.collection !== null) this.#shown.chooseCollection(view.collection);
    if (view.run !== null) this.#shown.chooseRun(view.run);
    this.#wanted = { collection: view.collection, run: view.run };
    this.#route.show(view.page as PageName, view.rest, new URLSearchParams(view.parameters));
    this.#restored += 1;
  }

  /** Opens the view of the address when it names a collection or a run, as a link that was followed does. */
  openFollowed(): void {
    const { page, rest, parameters } = this.#route;
    if (named.some((name) => parameters.has(name))) this.open(viewOfLink(fragmentOf({ version: 1, page, rest: [...rest], parameters: [...parameters], collection: null, run: null })));
  }

  /** Reads the saved views. @throws whatever the call throws */
  async load(): Promise<void> {
    this.#saved = await this.#client.views.list();
  }

  /** Each changes the list; gives what was wrong, or null. */
  save(name: string): Promise<ErrorDetail | null> {
    return this.#change(this.#client.views.save({ name, view: this.current }));
  }
  rename(id: number, name: string): Promise<ErrorDetail | null> {
    return this.#change(this.#client.views.rename({ id, name }));
  }
  remove(id: number): Promise<ErrorDetail | null> {
    return this.#change(this.#client.views.remove({ id }));
  }

  async #change(change: Promise<unknown>): Promise<ErrorDetail | null> {
    try {
      await change;
      await this.load();
      return null;
    } catch (error) {
      return explain(error);
    }
  }
}
