export interface Shortcuts {
  /** Goes to the page at this place of the rail, from 0. */
  page(index: number): void;
  /** Puts the focus into the page's filter. */
  filter(): void;
  sheet(): void;
  /** Opens the command palette. */
  palette(): void;
  inspector(): void;
  undo(): void;
  redo(): void;
  /** Lets go of what is selected. */
  close(): void;
}

/** What the shortcut sheet lists; pages handle the ones of their own. */
export const shortcutList: readonly { group: string; items: readonly { keys: readonly string[]; does: string }[] }[] = [
  {
    group: 'Everywhere',
    items: [
      { keys: ['1', '…', '6'], does: 'Images, Describe, Speak, Vocabulary, Map, Training' },
      { keys: ['Ctrl K'], does: 'Every page and action, collections, runs and symbols by name' },
      { keys: ['/'], does: 'Focus the search' },
      { keys: ['I'], does: 'Show or hide the inspector' },
      { keys: ['Esc'], does: 'Close, or let go of the selection' },
      { keys: ['Ctrl Z', 'Ctrl Shift Z'], does: 'Undo, redo (also Ctrl Y): tags, exclusions, names, stars, notes, deleted runs' },
      { keys: ['?'], does: 'This sheet' },
    ],
  },
  {
    group: 'On neighbours',
    items: [
      { keys: ['↑', '↓'], does: 'From neighbour to neighbour' },
      { keys: ['Enter'], does: 'Look from this neighbour on' },
      { keys: ['Alt ←'], does: 'Back to the one before' },
    ],
  },
  {
    group: 'Where a sequence is spoken',
    items: [
      { keys: ['0', '…', '9', '*'], does: 'Write a symbol, or any symbol' },
      { keys: ['←', '→'], does: 'Move the cursor; with Alt, move the symbol' },
      { keys: ['Space'], does: 'To the next place' },
      { keys: ['Delete', 'Backspace'], does: 'Take the symbol at the cursor out, or the one before' },
      { keys: ['Insert'], does: 'Put any symbol in' },
      { keys: ['Esc'], does: 'Leave the sequence: digits are pages again' },
      { keys: ['Ctrl Z', 'Ctrl Shift Z'], does: 'Undo, redo in the sequence' },
    ],
  },
  {
    group: 'In a grid of images',
    items: [
      { keys: ['←', '→', '↑', '↓'], does: 'Move' },
      { keys: ['Home', 'End', 'PgUp', 'PgDn'], does: 'Move far' },
      { keys: ['Enter'], does: 'Show in the inspector' },
      { keys: ['Space', 'Shift + arrows', 'Ctrl A'], does: 'Pick an image, a range, all that are found' },
      { keys: ['T', 'X', 'E'], does: 'Tag, exclude or export what is picked' },
      { keys: ['[', ']'], does: 'Light images that share a shorter or longer prefix' },
      { keys: ['F'], does: 'Filter by the prefix that is lit' },
    ],
  },
  {
    group: 'In the search',
    items: [
      { keys: ['Tab'], does: 'Complete the term' },
      { keys: ['↑', '↓', 'Enter'], does: 'Choose a completion' },
      { keys: ['Esc'], does: 'Close the completions, empty the search, leave it' },
    ],
  },
  {
    group: 'Among near-duplicates',
    items: [
      { keys: ['↑', '↓', 'Home', 'End'], does: 'From group to group' },
      { keys: ['←', '→', 'Enter'], does: 'Along the images of a group, show one in the inspector' },
      { keys: ['X'], does: 'Exclude all but the first of the group' },
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
    group: 'In the vocabulary',
    items: [
      { keys: ['←', '→', '↑', '↓'], does: 'From symbol to symbol' },
      { keys: ['Enter'], does: "Open the symbol's page" },
    ],
  },
  {
    group: 'In the tree of prefixes',
    items: [
      { keys: ['←', '→', '↑', '↓'], does: 'From part to part' },
      { keys: ['Enter', 'Backspace'], does: 'Into a part, back up' },
    ],
  },
  {
    group: 'On the map',
    items: [
      { keys: ['←', '→', '↑', '↓'], does: 'Go from image to image; with Shift, move the map' },
      { keys: ['Enter'], does: 'Show the image in the inspector' },
      { keys: ['V', 'L', 'R'], does: 'Drag to move, to draw round images, or to draw a box; Shift adds, Alt takes away' },
      { keys: ['A', 'N', 'G'], does: 'Select all that is shown, turn the selection round, let it grow to neighbours' },
      { keys: ['T', 'X', 'E'], does: 'Tag, exclude, export the selection' },
      { keys: ['S'], does: 'In the legend: show this group alone' },
      { keys: ['+', '−', '0'], does: 'Nearer, further, the whole map' },
    ],
  },
  {
    group: 'In the list of runs',
    items: [
      { keys: ['↑', '↓', 'Home', 'End'], does: 'From run to run; Enter shows it' },
      { keys: ['Space', 'Shift + arrows', 'Ctrl A'], does: 'Choose a run, a range, all that are listed, for comparison' },
      { keys: ['C'], does: 'Compare the chosen runs' },
      { keys: ['S'], does: 'Star the run, or take the star from it; in the legend of a comparison: show this line alone' },
      { keys: ['Delete'], does: 'Delete the chosen runs' },
    ],
  },
  {
    group: 'In the queue',
    items: [{ keys: ['Alt ↑', 'Alt ↓'], does: 'Move the run up or down among those that wait' }],
  },
  {
    group: 'On a chart',
    items: [
      { keys: ['←', '→', 'Home', 'End'], does: 'Read values; with Shift in larger steps' },
      { keys: ['+', '−', '0'], does: 'Nearer where the crosshair stands, further, the whole run' },
    ],
  },
];

const typing = (target: EventTarget | null) =>
  target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));

/** Acts on a key that no widget has used. Keys with Ctrl, Alt or Meta belong to the browser, but for undo, redo and the palette. */
export function handleShortcut(event: KeyboardEvent, shortcuts: Shortcuts): void {
  if (event.defaultPrevented || event.altKey) return;
  if (event.ctrlKey || event.metaKey) {
    const key = event.key.toLowerCase();
    if (key === 'k' && !event.shiftKey) shortcuts.palette();
    else if ((key !== 'z' && key !== 'y') || typing(event.target)) return;
    else if (event.shiftKey || key === 'y') shortcuts.redo();
    else shortcuts.undo();
    return event.preventDefault();
  }
  if (typing(event.target)) {
    if (event.key === 'Escape') (event.target as HTMLElement).blur();
    return;
  }
  const page = '123456'.indexOf(event.key);
  if (event.key.length === 1 && page >= 0) shortcuts.page(page);
  else if (event.key === '/') shortcuts.filter();
  else if (event.key === '?') shortcuts.sheet();
  else if (event.key === 'i') shortcuts.inspector();
  else if (event.key === 'Escape') shortcuts.close();
  else return;
  event.preventDefault();
}
