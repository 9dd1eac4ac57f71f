import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { View } from '../../../src-main/contract/views';
import type { Client } from '../../../src-renderer/client';
import type { Route } from '../../../src-renderer/state/route.svelte';
import { fragmentOf, viewOfFile, viewOfLink, Views } from '../../../src-renderer/state/views.svelte';

const view: View = {
  version: 1,
  page: 'map',
  rest: ['a b', 'ü/'],
  parameters: [['q', 'label:"a & b" 12 *'], ['off', 'x'], ['off', 'y'], ['at', '0.5_-1_3']],
  collection: 'My photos, 2',
  run: 'GS 128 & co',
};

describe('a link', () => {
  it('gives back exactly the view that it was made of', () => {
    expect(viewOfLink(`http://127.0.0.1:4000/${fragmentOf(view)}`)).toEqual(view);
    expect(viewOfLink(fragmentOf({ ...view, collection: null, run: null, rest: [], parameters: [] }))).toEqual({ version: 1, page: 'map', rest: [], parameters: [], collection: null, run: null });
  });

  it.each(['', 'http://example.org/', '#/nowhere', 'hello #/mops?q=1'])('is refused where it leads to no page: %s', (link) => {
    expect(() => viewOfLink(link)).toThrow('This is no link to a view.');
  });
});

describe('a file', () => {
  it('gives back exactly the view that was saved', () => {
    expect(viewOfFile(JSON.stringify({ glyphscope: 'view', name: 'One', view }), 'a.json')).toEqual({ glyphscope: 'view', name: 'One', view });
  });

  it.each([
    ['no json', 'a.json holds no JSON.'],
    ['{"glyphscope": "run"}', 'a.json holds no view that this Glyphscope reads (glyphscope:'],
    [JSON.stringify({ glyphscope: 'view', name: 'One', view: { ...view, version: 2 } }), 'a.json holds no view that this Glyphscope reads (view.version:'],
    [JSON.stringify({ glyphscope: 'view', name: 'One', view: { ...view, page: '../x' } }), 'a.json holds no view that this Glyphscope reads (view.page:'],
  ])('is refused with what is wrong: %s', (text, message) => expect(() => viewOfFile(text, 'a.json')).toThrow(message));
});

describe('opening', () => {
  const route = { page: 'images' as const, rest: [], parameters: new URLSearchParams(), show: vi.fn() };
  const shown = { loaded: true, collection: { name: 'A' }, run: null, collections: [{ name: 'A' }], usableRuns: [] as { name: string }[], chooseCollection: vi.fn(), chooseRun: vi.fn() };
  const views = () => new Views({} as Client, route as unknown as Route, shown, () => []);
  beforeEach(() => vi.clearAllMocks());

  it('chooses collection and run, shows the page with its parameters, and builds it anew', () => {
    const opened = views();
    opened.open(view);
    expect(shown.chooseCollection).toHaveBeenCalledWith('My photos, 2');
    expect(shown.chooseRun).toHaveBeenCalledWith('GS 128 & co');
    const [page, rest, parameters] = route.show.mock.calls[0] as [string, string[], URLSearchParams];
    expect([page, rest, [...parameters]]).toEqual([view.page, view.rest, view.parameters]);
    expect(opened.restored).toBe(1);
  });

  it('says what the library has not', () => {
    const opened = views();
    opened.open({ ...view, collection: 'A' });
    expect(opened.missing?.message).toBe('This view is of another library: here is no run "GS 128 & co".');
    opened.open({ ...view, collection: 'A', run: null });
    expect(opened.missing).toBeNull();
  });

  it('refuses a page that there is not, and changes nothing', () => {
    expect(() => views().open({ ...view, page: 'attic' })).toThrow('no page "attic"');
    expect(route.show).not.toHaveBeenCalled();
  });

  it('follows a link in the address, and only one that names what it shows', () => {
    const opened = views();
    opened.openFollowed();
    expect(opened.restored).toBe(0);
    route.parameters = new URLSearchParams({ q: 'cat', collection: 'A' });
    opened.openFollowed();
    expect(shown.chooseCollection).toHaveBeenCalledWith('A');
    expect([...(route.show.mock.calls[0][2] as URLSearchParams)]).toEqual([['q', 'cat']]);
  });
});
