import { closingWords, whenClosing } from '../../src-main/contract/closing';
import { shell } from '../host';
import type { App } from '../state/app.svelte';
import { canNotify } from '../state/run-notifications';
import type { Command } from './commands';

/** What concerns runs in training, wherever one is: notifications, and what becomes of them when the window closes. */
export function runCommands(app: App): Command[] {
  const { notify } = app.preferences;
  return [
    ...(canNotify() ? [{ id: 'notify', title: notify ? 'Notifications of runs: off' : 'Notifications of runs: on', group: 'Window', run: () => void app.setNotify(!notify) } as const] : []),
    ...(shell ? whenClosing.options.map((choice): Command => ({ id: `closing ${choice}`, title: `When closing while runs are trained: ${closingWords[choice].charAt(0).toLowerCase()}${closingWords[choice].slice(1)}`, group: 'Window', run: () => shell?.whenClosing(choice) })) : []),
  ];
}
