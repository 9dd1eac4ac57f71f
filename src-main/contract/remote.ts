import * as z from 'zod';
import { GlyphscopeError } from './errors';

/** An address of this machine, where a tunnel to a remote engine begins: no other is ever asked. */
export const tunnelOrigin = z.string().regex(/^http:\/\/127\.0\.0\.1:[1-9]\d{0,4}$/);

/** A remote engine that the window was connected to; its token is never told. */
export const knownEngine = z.object({
  origin: tunnelOrigin,
  /** Name of its machine, as it said itself. */
  host: z.string().min(1).max(255),
  /** The last connection, in milliseconds since 1970. */
  connectedAt: z.number(),
  /** Its token is kept, encrypted by the system, so that no link need be given again. */
  signedIn: z.boolean(),
});
export type KnownEngine = z.infer<typeof knownEngine>;

/** The same as the shell keeps it in its file: with the token as the system encrypted it, base64; null where it keeps no secrets. */
export const rememberedEngines = z.array(knownEngine.omit({ signedIn: true }).extend({ token: z.string().nullable() }));
export type RememberedEngine = z.infer<typeof rememberedEngines>[number];

/** What the shell reads of a remote engine's answer to `system.info`, whatever version it is of. */
export const remoteInfo = knownEngine.pick({ host: true });

/** Remote engines known to the window, and whether the system can keep their tokens safe. */
export interface KnownEngines {
  engines: readonly KnownEngine[];
  keepsTokens: boolean;
}

/** Where to connect: a link as `glyphscope serve` prints it, or an engine whose token is kept. */
export const connectRequest = z.union([z.strictObject({ link: z.string().max(1000) }), z.strictObject({ origin: tunnelOrigin })]);
export type ConnectRequest = z.infer<typeof connectRequest>;

/** What a session is opened with. */
export interface EngineLink {
  origin: z.infer<typeof tunnelOrigin>;
  token: string;
}

/**
 * Reads a link like http://127.0.0.1:7427/#token=…; localhost is the same machine.
 * @throws GlyphscopeError INVALID_INPUT: what is wrong with it, and what to do
 */
export function readEngineLink(link: string): EngineLink {
  const refuse = (message: string, remedy: string) => new GlyphscopeError('INVALID_INPUT', message, { subject: 'link', remedy });
  const whole = 'Give the link as `glyphscope serve --remote` printed it: http://127.0.0.1:PORT/#token=…';
  const url = parseUrl(link.trim());
  if (!url) throw refuse('This is no link.', whole);
  const port = url.port || (url.protocol === 'http:' ? '80' : '443');
  if (url.hostname !== '127.0.0.1' && url.hostname !== 'localhost')
    throw refuse(`${url.hostname || 'This'} is not an address of this machine, and what goes to another over the network can be read on its way.`, `Open a tunnel: ssh -N -L ${port}:127.0.0.1:${port} ${url.hostname || 'SERVER'}, then give the link with 127.0.0.1.`);
  if (url.protocol !== 'http:') throw refuse(`A tunnel to an engine begins with http:, not ${url.protocol}`, whole);
  if (url.username || url.password) throw refuse('The link has a user name or password in it.', whole);
  const origin = tunnelOrigin.safeParse(`http://127.0.0.1:${port}`);
  if (!origin.success) throw refuse(`${port} is no port.`, whole);
  const token = new URLSearchParams(url.hash.replace(/^#/, '')).get('token') ?? '';
  if (!/^[\w-]{20,200}$/.test(token)) throw refuse(token === '' ? 'The link has no token.' : 'The token of the link is not complete.', whole);
  return { origin: origin.data, token };
}

function parseUrl(text: string): URL | null {
  try {
    return new URL(text);
  } catch {
    return null;
  }
}
