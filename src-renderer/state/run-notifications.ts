import type { RunNews } from '../../src-main/contract/run-news';
import { shell } from '../host';

/** Whether this page can notify: by the shell, or by the browser where it has the interface. */
export const canNotify = (): boolean => shell !== null || typeof Notification !== 'undefined';

/**
 * Asks for what notifications need. In the window the shell shows them, and needs nothing; a browser asks the user.
 * @returns whether notifications may be shown
 */
export async function allowNotifications(): Promise<boolean> {
  if (shell) return true;
  return typeof Notification !== 'undefined' && (await Notification.requestPermission()) === 'granted';
}

/** Notifies by the browser; not where the shell does it, nor while the page itself has the eye of the user. */
export function notifyOf({ run, kind, title, text }: RunNews, open: (run: number) => void): void {
  if (shell || typeof Notification === 'undefined' || Notification.permission !== 'granted' || document.hasFocus()) return;
  const shown = new Notification(title, { body: text, tag: `${run} ${kind}`, icon: '/icon.svg' });
  shown.onclick = () => {
    window.focus();
    open(run);
    shown.close();
  };
}
