import type { routes as allRoutes } from '../pages/routes';
import type { App } from '../state/app.svelte';
import { fuzzyScore } from './fuzzy';
import type { Shortcuts } from './shortcuts';

/** Something that the command palette can do. */
export interface Command {
  /** Stays the same between visits, so that it can be remembered. */
  id: string;
  title: string;
  group: 'Pages' | 'Window' | 'On this page' | 'Collections' | 'Runs' | 'Symbols' | 'Views';
  /** Keys that do the same. */
  keys?: string;
  /** The symbol whose glyph stands before the title. */
  symbol?: number;
  run: () => void;
}

const vocabularyViews = ['glyphs', 'table', 'tree', 'language'] as const;

/** Every page and action of the window, saved views, collections, runs and symbols. */
export function windowCommands(app: App, routes: typeof allRoutes, shortcuts: Shortcuts): Command[] {
  const { library, names, preferences, route } = app;
  const themes = ['system', 'light', 'dark'] as const;
  return [
    ...routes.map(({ page, title }, index): Command => ({ id: `page ${page}`, title, group: 'Pages', keys: String(index + 1), run: () => route.go(page) })),
    ...vocabularyViews.map((view): Command => ({ id: `vocabulary ${view}`, title: `Vocabulary: ${view === 'tree' ? 'tree of prefixes' : view}`, group: 'Pages', run: () => route.go('vocabulary', [view]) })),
    { id: 'filter', title: 'Search or filter on this page', group: 'Window', keys: '/', run: shortcuts.filter },
    { id: 'inspector', title: preferences.inspector ? 'Hide the inspector' : 'Show the inspector', group: 'Window', keys: 'I', run: shortcuts.inspector },
    { id: 'undo', title: 'Undo', group: 'Window', keys: 'Ctrl Z', run: shortcuts.undo },
    { id: 'redo', title: 'Redo', group: 'Window', keys: 'Ctrl Shift Z', run: shortcuts.redo },
    { id: 'clear', title: 'Let go of the selection', group: 'Window', keys: 'Esc', run: shortcuts.close },
    { id: 'keys', title: 'Keys: every shortcut', group: 'Window', keys: '?', run: shortcuts.sheet },
    ...themes.map((theme): Command => ({ id: `theme ${theme}`, title: `Look: ${theme === 'system' ? 'as the system' : theme}`, group: 'Window', run: () => (preferences.theme = theme) })),
    ...app.views.saved.map(({ id, name, view }): Command => ({ id: `view ${id}`, title: `View ${name}`, group: 'Views', run: () => app.views.open(view) })),
    ...library.collections.map(({ name }): Command => ({ id: `collection ${name}`, title: `Collection ${name}`, group: 'Collections', run: () => library.chooseCollection(name) })),
    ...library.usableRuns.map(({ name, id }): Command => ({ id: `run ${id}`, title: `Run ${name}`, group: 'Runs', run: () => library.chooseRun(name) })),
    ...Array.from({ length: library.run?.config.vocabulary ?? 0 }, (_, symbol): Command => {
      const own = names.allOf(symbol);
      const suggested = own.length === 0 ? names.of(symbol) : null;
      const title = `Symbol ${symbol}${own.length > 0 ? `: ${own.join(', ')}` : suggested ? `: ${suggested.text}?` : ''}`;
      return { id: `symbol ${symbol}`, title, group: 'Symbols', symbol, run: () => route.go('vocabulary', ['symbol', symbol]) };
    }),
  ];
}

/** Parts of a page whose buttons stand for single things in a list, not for actions; so does a button that is a picture. */
const lists = '[role="listbox"], [role="grid"], [role="tree"], [role="tablist"], [role="application"], table, ul, ol';

/** What the page offers itself: the buttons that it shows, each name once. */
export function pageCommands(main: HTMLElement | undefined): Command[] {
  const found = new Map<string, Command>();
  for (const button of main?.querySelectorAll<HTMLButtonElement>('button:not([disabled])') ?? []) {
    const title = (button.getAttribute('aria-label') ?? button.textContent ?? '').trim().replace(/\s+/g, ' ');
    if (title.length < 2 || title.length > 80 || found.has(title) || button.dataset.part !== undefined || button.closest(lists) || button.querySelector('img') || button.getClientRects().length === 0) continue;
    found.set(title, {
      id: `here ${title}`,
      title,
      group: 'On this page',
      run: () => {
        button.focus();
        button.click();
      },
    });
  }
  return [...found.values()];
}

/** Rows that the palette shows at most. */
export const mostFound = 60;

/**
 * The commands that fit what was typed, the best first; with nothing typed the recent ones, then all but single symbols.
 * @param recent ids of commands, the newest first
 * @returns how many fit in all, and the first `mostFound` of them
 */
export function findCommands(commands: readonly Command[], sought: string, recent: readonly string[]): { total: number; shown: Command[] } {
  const place = new Map(recent.map((id, i) => [id, i]));
  const age = ({ id }: Command) => place.get(id) ?? recent.length;
  const plain = sought.trim() === '';
  const fitting = commands.flatMap((command) => {
    const score = plain ? (command.group === 'Symbols' && !place.has(command.id) ? null : 0) : fuzzyScore(sought, command.title);
    // One that was used lately is worth as much as half a letter more.
    return score === null ? [] : [{ command, score: score + (place.has(command.id) ? 1.5 : 0) }];
  });
  const ordered = plain ? fitting.sort((a, b) => age(a.command) - age(b.command)) : fitting.sort((a, b) => b.score - a.score);
  return { total: ordered.length, shown: ordered.slice(0, mostFound).map(({ command }) => command) };
}
