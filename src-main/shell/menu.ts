import { Menu, type MenuItemConstructorOptions } from 'electron';

/** What the menu does besides the platform's standard items. */
export interface MenuActions {
  /** Opens the dialog that connects to a remote engine; null where no page can show it. */
  connect: (() => void) | null;
  /** Goes back to the local engine; null while it is shown. */
  disconnect: (() => void) | null;
}

/** The platform's standard items and the engines; nothing of the product is reached by the menu alone. */
export function buildMenu({ connect, disconnect }: MenuActions): Menu {
  const mac = process.platform === 'darwin';
  const template: MenuItemConstructorOptions[] = [
    ...(mac ? [{ role: 'appMenu' } as const] : []),
    {
      label: '&File',
      submenu: [
        { label: 'Connect to a remote engine …', enabled: connect !== null, click: () => connect?.() },
        { label: 'Disconnect', enabled: disconnect !== null, click: () => disconnect?.() },
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
