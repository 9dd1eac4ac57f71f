import { remoteShell, shell } from '../host';
import type { Command } from './commands';

/** The window's way to another machine's engine and back; nothing in a browser, where an address is opened instead. */
export function engineCommands(host: string | null, connect: () => void): Command[] {
  if (shell) return [{ id: 'connect', title: 'Connect to a remote engine …', group: 'Window', run: connect }];
  if (remoteShell) return [{ id: 'disconnect', title: `Disconnect from ${host || 'the remote engine'}`, group: 'Window', run: () => remoteShell?.disconnect() }];
  return [];
}
