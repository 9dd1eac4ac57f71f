import { GlyphscopeError } from '../contract/errors';
import { UsageError, wholeNumber } from './arguments';
import { type Command, type Invocation, text } from './command';
import { tunnelCommand } from './link';
import { outliveTerminal } from './outlive-terminal';
import { serveWindow } from './window-engine';

/** The same address at every start keeps what a browser remembers for it: theme, sizes, bookmarks. */
const usualPort = 7427;

export const serveCommand: Command = {
  name: 'serve',
  summary: 'Run the engine and serve the page to a browser, on this machine only.',
  options: {
    port: { value: 'N', help: `Port; 0 is any free one. Default: ${usualPort}, or any free one where that is taken.` },
    host: { value: 'ADDRESS', help: 'Address to listen on. Any other than loopback is open to the network: prefer an SSH tunnel.', default: '127.0.0.1' },
    remote: { help: 'For a server: print the SSH tunnel to open, tell the page whose engine it shows, and go on when the terminal closes.' },
    'tunnel-port': { value: 'N', help: "With --remote: the tunnel's port on your own machine, where the engine's own is taken there. Default: the engine's." },
    parent: { help: 'For the window: print one JSON line, and end with stdin unless told to go on.', hidden: true },
  },
  untilInterrupted: true,
  notes: ['The link holds a token that is exchanged for a session; it is good until the engine ends. Ctrl-C ends the engine.', 'docs/remote.md tells how to work with an engine on a server.'],

  async run(invocation) {
    const { library, out, signal, values } = invocation;
    const asked = values.port === undefined ? null : wholeNumber('port', String(values.port), 0, 65_535);
    const tunnel = tunnelOf(values);
    if (tunnel) outliveTerminal();
    const { startEngine } = await import('../engine/index');
    const start = (port: number) => startEngine({ library, listen: { host: text(invocation, 'host'), port, tunnel }, firstLaunch: true, log: (line) => out.note(line) });
    const begin = () => (asked !== null ? start(asked) : start(usualPort).catch((error: unknown) => (isPortTaken(error) ? start(0) : Promise.reject(error))));
    if (values.parent) {
      await serveWindow(library, begin, signal);
      return true;
    }
    const engine = await begin();
    const { origin, port, link } = engine.address!;
    if (tunnel) {
      const command = tunnelCommand(link, port);
      out.result({ ready: true, origin, link, tunnel: command, library }, inWords(library, command, link, values.library === undefined ? '' : ` --library ${values.library}`));
    } else {
      out.result({ ready: true, origin, link, library }, `Glyphscope serves ${library}\n\n  ${link}\n\nOpen this link in a browser. Ctrl-C ends the engine.`);
      if (process.env.SSH_CONNECTION && !out.json) out.note('This is an SSH session: with --remote the engine prints the tunnel to open, and goes on when the session ends.');
    }
    await untilAsked(signal, engine.ended);
    await engine.close();
    return true;
  },
};

/** @throws UsageError */
function tunnelOf(values: Invocation['values']): { port: number | null } | undefined {
  const given = values['tunnel-port'];
  if (given !== undefined && !values.remote) throw new UsageError('--tunnel-port goes with --remote.', { subject: '--tunnel-port' });
  if (values.remote && values.host !== '127.0.0.1') throw new UsageError('--remote listens on 127.0.0.1, where the tunnel ends: --host does not go with it.', { subject: '--host' });
  return values.remote ? { port: given === undefined ? null : wholeNumber('tunnel-port', String(given), 1, 65_535) } : undefined;
}

const inWords = (library: string, tunnel: string, link: string, flag: string) => `Glyphscope serves ${library}

On your own machine open the tunnel, with this machine named as you reach it:

  ${tunnel}

Then give the link to the window (Ctrl K, "Connect to a remote engine"), or open it in a browser there:

  ${link}

The engine goes on when this terminal closes; \`glyphscope link${flag}\` prints the link again, Ctrl-C or a SIGTERM ends the engine.`;

const isPortTaken = (error: unknown) => error instanceof GlyphscopeError && error.subject === 'port';

/** Resolves at Ctrl-C, or when the engine was told to shut down. */
function untilAsked(signal: AbortSignal, ended: Promise<void>): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener('abort', () => resolve(), { once: true });
    void ended.then(resolve);
  });
}
