import fs from 'node:fs';
import path from 'node:path';
import type { Rectangle } from 'electron';
import { whenClosing, type WhenClosing } from '../contract/closing';

/** What the shell remembers between starts. */
export interface WindowState {
  bounds: Rectangle | null;
  maximized: boolean;
  /** The page's last theme, so that the empty window has its colour. */
  theme: 'light' | 'dark' | null;
  /** The engine's last port. */
  port: number;
  /** What becomes of trainings when the window is closed. */
  whenClosing: WhenClosing;
}

const fresh: WindowState = { bounds: null, maximized: false, theme: null, port: 0, whenClosing: 'ask' };

/** Reads the state; anything that is missing or damaged is as at the first start. */
export function readState(file: string): WindowState {
  try {
    const given = JSON.parse(fs.readFileSync(file, 'utf8')) as Partial<WindowState>;
    const { x, y, width, height } = given.bounds ?? ({} as Partial<Rectangle>);
    const sized = [x, y, width, height].every((n) => Number.isInteger(n)) && (width as number) >= 300 && (height as number) >= 200;
    const port = given.port ?? 0;
    return {
      bounds: sized ? (given.bounds as Rectangle) : null,
      maximized: given.maximized === true,
      theme: given.theme === 'dark' || given.theme === 'light' ? given.theme : null,
      port: Number.isInteger(port) && port > 0 && port < 65_536 ? port : 0,
      whenClosing: whenClosing.catch('ask').parse(given.whenClosing),
    };
  } catch {
    return { ...fresh };
  }
}

/** Writes the state whole or not at all; it is a convenience, so a failure is no one's concern. */
export function writeState(file: string, state: WindowState): void {
  try {
    fs.mkdirSync(path.dirname(file), { recursive: true });
    fs.writeFileSync(`${file}.new`, JSON.stringify(state));
    fs.renameSync(`${file}.new`, file);
  } catch {
    // the next start begins as the first did
  }
}

/** The bounds where enough of the window's upper edge lies on a screen to be grasped, else null. */
export function visibleBounds(bounds: Rectangle | null, screens: readonly Rectangle[]): Rectangle | null {
  if (!bounds) return null;
  const seen = screens.some((s) => bounds.x + bounds.width > s.x + 80 && bounds.x < s.x + s.width - 80 && bounds.y >= s.y && bounds.y < s.y + s.height - 40);
  return seen ? bounds : null;
}
