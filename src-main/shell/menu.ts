import { Menu, type MenuItemConstructorOptions } from 'electron';
import { closingWords, whenClosing as choiceSchema, type WhenClosing } from '../contract/closing';

const choices = choiceSchema.options;

/** What the menu does besides the platform's standard items. */
export interface MenuActions {
  /** Opens the dialog that connects to a remote engine; null where no page can show it. */
  connect: (() => void) | null;
  /** Goes back to the local engine; null while it is shown. */
  disconnect: (() => void) | null;
  /** What becomes of trainings when the window is closed, and another choice. */
  whenClosing: WhenClosing;
  onWhenClosing: (choice: WhenClosing) => void;
}

/** The platform's standard items and the engines; nothing of the product is reached by the menu alone. */
export function buildMenu({ connect, disconnect, whenClosing, onWhenClosing }: MenuActions): Menu {
  const mac = process.platform === 'darwin';
  const template: MenuItemConstructorOptions[] = [
    ...(mac ? [{ role: 'appMenu' } as const] : []),
    {
      label: '&File',
      submenu: [
        { label: 'Connect to a remote engine …', enabled: connect !== null, click: () => connect?.() },
        { label: 'Disconnect', enabled: disconnect !== null, click: () => disconnect?.() },
        { type: 'separator' },
        { label: 'When closing while runs are trained', submenu: choices.map((choice) => ({ label: closingWords[choice], type: 'radio', checked: choice === whenClosing, click: () => onWhenClosing(choice) })) },
        ...(mac ? [] : [{ type: 'separator' } as const, { role: 'quit' } as const]),
      ],
    },
    { role: 'editMenu' },
    {
      label: '&View',
      submenu: [
        { role: 'reload' },
        { type: 'separator' },
        { role: 'resetZoom' },
        { role: 'zoomIn' },
        { role: 'zoomOut' },
        { type: 'separator' },
        { role: 'togglefullscreen' },
        { role: 'toggleDevTools' },
      ],
    },
    { role: 'windowMenu' },
  ];
  return Menu.buildFromTemplate(template);
}
