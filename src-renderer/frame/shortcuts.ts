export interface Shortcuts {
  /** Goes to the page at this place of the rail, from 0. */
  page(index: number): void;
  /** Puts the focus into the page's filter. */
  filter(): void;
  sheet(): void;
  inspector(): void;
  /** Lets go of what is selected. */
  close(): void;
}

/** What the shortcut sheet lists; pages handle the ones of their own. */
export const shortcutList: readonly { group: string; items: readonly { keys: readonly string[]; does: string }[] }[] = [
  {
    group: 'Everywhere',
    items: [
      { keys: ['1', '…', '5'], does: 'Images, Describe, Vocabulary, Map, Training' },
      { keys: ['/'], does: 'Focus the filter' },
      { keys: ['I'], does: 'Show or hide the inspector' },
      { keys: ['Esc'], does: 'Close, or let go of the selection' },
      { keys: ['?'], does: 'This sheet' },
    ],
  },
  {
    group: 'In a grid of images',
    items: [
      { keys: ['←', '→', '↑', '↓'], does: 'Move' },
      { keys: ['Home', 'End', 'PgUp', 'PgDn'], does: 'Move far' },
      { keys: ['Enter'], does: 'Show in the inspector' },
      { keys: ['[', ']'], does: 'Light images that share a shorter or longer prefix' },
      { keys: ['F'], does: 'Filter by the prefix that is lit' },
    ],
  },
  {
    group: 'On a description',
    items: [
      { keys: ['←', '→'], does: 'Move along the symbols; images that share the prefix light up' },
      { keys: ['Enter'], does: 'Filter by the prefix, or show alternatives' },
    ],
  },
  {
    group: 'On the map',
    items: [
      { keys: ['←', '→', '↑', '↓'], does: 'Go from image to image; with Shift, move the map' },
      { keys: ['+', '−', '0'], does: 'Nearer, further, the whole map' },
    ],
  },
  {
    group: 'On a chart',
    items: [
      { keys: ['←', '→', 'Home', 'End'], does: 'Read values; with Shift in larger steps' },
    ],
  },
];

const typing = (target: EventTarget | null) =>
  target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));

/** Acts on a key that no widget has used. Keys with Ctrl, Alt or Meta belong to the browser. */
export function handleShortcut(event: KeyboardEvent, shortcuts: Shortcuts): void {
  if (event.defaultPrevented || event.ctrlKey || event.altKey || event.metaKey) return;
  if (typing(event.target)) {
    if (event.key === 'Escape') (event.target as HTMLElement).blur();
    return;
  }
  const page = '12345'.indexOf(event.key);
  if (event.key.length === 1 && page >= 0) shortcuts.page(page);
  else if (event.key === '/') shortcuts.filter();
  else if (event.key === '?') shortcuts.sheet();
  else if (event.key === 'i') shortcuts.inspector();
  else if (event.key === 'Escape') shortcuts.close();
  else return;
  event.preventDefault();
}
