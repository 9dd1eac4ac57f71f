import { hostname, userInfo } from 'node:os';
import { GlyphscopeError } from '../contract/errors';
import { readLock } from '../engine/library-lock';
import type { Command } from './command';
import { connectToRunning } from './engine-connection';

export const linkCommand: Command = {
  name: 'link',
  summary: 'Print the link that opens the page of the engine that serves the library.',
  options: {},
  notes: ['On a server: `ssh SERVER glyphscope link` asks for it once more, whichever terminal the engine was started in.'],

  async run({ library, out }) {
    const lock = readLock(library);
    const connection = await connectToRunning(library);
    if (!lock || !connection)
      throw new GlyphscopeError('NOT_FOUND', 'No engine serves this library.', { subject: library, remedy: 'Start one with `glyphscope serve`, on a server with --remote.' });
    try {
      const { host, remote } = await connection.client.system.info();
      const tunnel = remote ? tunnelCommand(lock.link, lock.port) : null;
      out.result({ link: lock.link, host, tunnel, library }, [...(tunnel ? [tunnel] : []), lock.link].join('\n'));
      return true;
    } finally {
      await connection.close();
    }
  },
};

/**
 * The command that opens the tunnel of a link on the user's own machine. The two options end it when the line is lost, or
 * the port there is taken, instead of leaving a tunnel that leads nowhere.
 * @param port the port that the engine listens on
 */
export function tunnelCommand(link: string, port: number): string {
  return `ssh -N -o ServerAliveInterval=15 -o ExitOnForwardFailure=yes -L ${new URL(link).port}:127.0.0.1:${port} ${userInfo().username}@${hostname()}`;
}
