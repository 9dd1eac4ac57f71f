/** What a point is drawn as: its group in the lower twelve bits, and whether it steps back or is selected above them. */
export const mostGroups = 4096;
const back = 1 << 12;
const chosen = 1 << 13;

export const groupOfCode = (code: number): number => code & (mostGroups - 1);
export const isBack = (code: number): boolean => (code & back) !== 0;
export const isChosen = (code: number): boolean => (code & chosen) !== 0;

/** How many points are drawn in each way; those selected are shown as well. */
export interface CodeCounts {
  shown: number;
  back: number;
  chosen: number;
}

/**
 * [n] 1 for each point that is shown in full: its group is on and the filter lets it through.
 * @param off 1 for groups that are off  @param passes [n] 1 where the filter lets it through, null for no filter
 */
export function shownPoints(groupOf: Uint16Array, off: Uint8Array, passes: Uint8Array | null): Uint8Array {
  const shown = new Uint8Array(groupOf.length);
  for (let i = 0; i < shown.length; i++) shown[i] = off[groupOf[i]] === 1 || passes?.[i] === 0 ? 0 : 1;
  return shown;
}

/**
 * A code for each point.
 * @param shown [n] 0 for those that step back  @param selected [n] 1 where selected
 */
export function codePoints(groupOf: Uint16Array, shown: Uint8Array, selected: Uint8Array | null): { codes: Uint16Array; counts: CodeCounts } {
  const codes = new Uint16Array(groupOf.length);
  const counts = { shown: 0, back: 0, chosen: 0 };
  for (let i = 0; i < codes.length; i++) {
    if (shown[i] === 0) {
      codes[i] = groupOf[i] | back;
      counts.back += 1;
      continue;
    }
    counts.shown += 1;
    const taken = selected !== null && selected[i] === 1;
    if (taken) counts.chosen += 1;
    codes[i] = taken ? groupOf[i] | chosen : groupOf[i];
  }
  return { codes, counts };
}

/** How many points of each group pass the filter and, with a selection, are selected. */
export function countsWithin(groupOf: Uint16Array, groups: number, passes: Uint8Array | null, selected: Uint8Array | null): Uint32Array {
  const counts = new Uint32Array(groups);
  for (let i = 0; i < groupOf.length; i++) if (passes?.[i] !== 0 && (selected === null || selected[i] === 1)) counts[groupOf[i]] += 1;
  return counts;
}
