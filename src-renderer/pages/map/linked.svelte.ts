import { untrack } from 'svelte';
import type { Look } from './camera';
import type { MapView } from './map-view.svelte';

const same = (a: Look, b: Look | null) => b !== null && a.x === b.x && a.y === b.y && a.magnification === b.magnification;

/**
 * Keeps two maps of the same images together: what is selected on one is selected on the other, and with `cameras` both
 * look at the same place. Whichever changed leads. Call it while a component is set up.
 */
export function linkViews(a: MapView, b: MapView, o: { ready: () => boolean; cameras: () => boolean }): void {
  let [lookA, lookB]: (Look | null)[] = [null, null];
  $effect(() => {
    const [nowA, nowB] = [a.look, b.look];
    if (!o.ready() || !o.cameras()) return;
    untrack(() => {
      if (!same(nowA, lookA)) b.look = nowA;
      else if (!same(nowB, lookB)) a.look = nowB;
      [lookA, lookB] = [a.look, b.look];
    });
  });
  let [maskA, maskB]: (Uint8Array | null)[] = [null, null];
  $effect(() => {
    const [nowA, nowB] = [a.selection.mask, b.selection.mask];
    if (!o.ready()) return;
    untrack(() => {
      if (nowA !== maskA) b.select(a.selectedImages);
      else if (nowB !== maskB) a.select(b.selectedImages);
      [maskA, maskB] = [a.selection.mask, b.selection.mask];
    });
  });
}
