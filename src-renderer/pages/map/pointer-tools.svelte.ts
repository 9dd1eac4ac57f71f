import type { MapPoint, ScreenPoint } from './camera';
import { toMap } from './camera';
import type { MapView } from './map-view.svelte';
import type { SelectHow } from './point-selection.svelte';

/** What dragging does: move the map, or draw round images. Shift or Alt draws with any of them. */
export type PointerTool = 'move' | 'lasso' | 'rectangle';

/** Pixels that the pointer may stray in a click. */
const clickSlack = 4;

interface Press {
  at: ScreenPoint;
  strayed: number;
  /** The outline's operation; null while the map moves. */
  draws: SelectHow | null;
}

/** Turns presses and movements of the pointer on a map into movement, outlines and clicks. */
export class PointerTools {
  readonly #view: MapView;
  readonly #onClick: (place: ScreenPoint) => void;
  #tool = $state<PointerTool>('move');
  #outline = $state.raw<readonly MapPoint[]>([]);
  #dragging = $state(false);
  #press: Press | null = null;

  constructor(view: MapView, onClick: (place: ScreenPoint) => void) {
    this.#view = view;
    this.#onClick = onClick;
  }

  get tool(): PointerTool {
    return this.#tool;
  }
  set tool(tool: PointerTool) {
    this.cancel();
    this.#tool = tool;
  }
  /** Corners in map coordinates while one is drawn. */
  get outline(): readonly MapPoint[] {
    return this.#outline;
  }
  get drawing(): boolean {
    return this.#outline.length > 0;
  }
  get dragging(): boolean {
    return this.#dragging;
  }

  /** @param keys Shift adds, Alt or Ctrl takes away */
  press(at: ScreenPoint, keys: { shiftKey: boolean; altKey: boolean; ctrlKey: boolean; metaKey: boolean }): void {
    const takesAway = keys.altKey || keys.ctrlKey || keys.metaKey;
    this.#press = { at, strayed: 0, draws: takesAway ? 'subtract' : keys.shiftKey ? 'add' : this.#tool === 'move' ? null : 'replace' };
  }

  /** Gives false when nothing is pressed. */
  move(to: ScreenPoint): boolean {
    const press = this.#press;
    if (!press) return false;
    const [right, down] = [to.left - press.at.left, to.top - press.at.top];
    if (press.draws !== null) {
      press.strayed = Math.max(press.strayed, Math.hypot(right, down));
      if (press.strayed > clickSlack) this.#draw(press, to);
      return true;
    }
    press.strayed += Math.hypot(right, down);
    press.at = to;
    if (press.strayed > clickSlack) this.#dragging = true;
    if (this.#dragging) this.#view.pan(right, down);
    return true;
  }

  #draw(press: Press, to: ScreenPoint): void {
    const place = ({ left, top }: ScreenPoint) => toMap(this.#view.camera, left, top);
    if (this.#tool === 'rectangle') this.#outline = [press.at, { left: to.left, top: press.at.top }, to, { left: press.at.left, top: to.top }].map(place);
    else this.#outline = this.#outline.length === 0 ? [place(press.at), place(to)] : [...this.#outline, place(to)];
  }

  /** The end of a press: selects what the outline encloses, or clicks. */
  release(at: ScreenPoint): void {
    const press = this.#press;
    if (press && press.strayed <= clickSlack) this.#onClick(at);
    else if (press?.draws && this.#outline.length > 2) this.#view.enclose(this.#outline, press.draws);
    this.cancel();
  }

  cancel(): void {
    this.#press = null;
    this.#outline = [];
    this.#dragging = false;
  }
}
