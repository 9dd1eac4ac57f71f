import { GlyphscopeError } from '../contract/errors';
import { wholeNumber } from './arguments';
import { type Command, text } from './command';

/** The same address at every start keeps what a browser remembers for it: theme, sizes, bookmarks. */
const usualPort = 7427;

export const serveCommand: Command = {
  name: 'serve',
  summary: 'Run the engine and serve the page to a browser, on this machine only.',
  options: {
    port: { value: 'N', help: `Port; 0 is any free one. Default: ${usualPort}, or any free one where that is taken.` },
    host: { value: 'ADDRESS', help: 'Address to listen on. Any other than loopback is open to the network: prefer an SSH tunnel.', default: '127.0.0.1' },
    parent: { help: 'For the window: print one JSON line and end with stdin.', hidden: true },
  },
  untilInterrupted: true,
  notes: ['The link holds a token that is exchanged for a session; it is good until the engine ends. Ctrl-C ends the engine.'],

  async run(invocation) {
    const { library, out, signal, values } = invocation;
    const asked = values.port === undefined ? null : wholeNumber('port', String(values.port), 0, 65_535);
    const { startEngine } = await import('../engine/index');
    const start = (port: number) => startEngine({ library, listen: { host: text(invocation, 'host'), port }, firstLaunch: true, log: (line) => out.note(line) });
    const engine = await (asked !== null ? start(asked) : start(usualPort).catch((error: unknown) => (isPortTaken(error) ? start(0) : Promise.reject(error))));
    const { origin, hostToken, pageToken } = engine.address!;
    if (values.parent) {
      process.stdout.write(`${JSON.stringify({ ready: true, origin, hostToken, pageToken, pid: process.pid })}\n`);
    } else {
      const link = `${origin}/#token=${pageToken}`;
      out.result({ ready: true, origin, link, library }, `Glyphscope serves ${library}\n\n  ${link}\n\nOpen this link in a browser. Ctrl-C ends the engine.`);
    }
    await untilAsked(signal, values.parent === true, engine.ended);
    await engine.close();
    return true;
  },
};

const isPortTaken = (error: unknown) => error instanceof GlyphscopeError && error.subject === 'port';

/** Resolves at Ctrl-C, when the window that started the engine is gone, or when it was told to shut down. */
function untilAsked(signal: AbortSignal, parent: boolean, ended: Promise<void>): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener('abort', () => resolve(), { once: true });
    void ended.then(resolve);
    if (!parent) return;
    process.stdin.on('end', resolve).on('error', resolve).resume();
  });
}
