import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

/** What a caller may do: the host (shell, CLI) everything, the page only `pageContract`. */
export type Rights = 'host' | 'page';
export type Verdict = { allowed: true; rights: Rights | null } | { allowed: false; status: 401 | 403; reason: string };

/** A host name and a port, as a browser names them. */
export interface Address {
  host: string;
  port: number;
}

/** A fresh secret of 256 bits. */
export const freshToken = (): string => randomBytes(32).toString('base64url');

/** Compares without telling by its time how much was right; both sides are hashed, so their lengths do not tell either. */
export function sameSecret(given: string, expected: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(expected));
}

/** Sessions at most; the oldest goes. */
const maxSessions = 64;

/**
 * Decides about every request and socket. The exact `Host` keeps other names for this machine out (DNS rebinding), the
 * exact `Origin` keeps other pages out, and a token or session says who is asking. A bearer comes from a program, never
 * from a page, so it has no `Origin`.
 */
export class Authentication {
  readonly pageToken = freshToken();
  readonly hostToken = freshToken();
  readonly #sessions = new Set<string>();
  readonly #addresses: () => readonly Address[];

  /** @param addresses what the server listens on, then the other end of a tunnel that leads to it where that differs */
  constructor(addresses: () => readonly Address[]) {
    this.#addresses = addresses;
  }

  /** The only origins that the page has: the engine's own, and the tunnel's where it has another port. */
  get origins(): readonly string[] {
    return this.#addresses().map(({ host, port }) => `http://${host.includes(':') ? `[${host}]` : host}:${port}`);
  }

  /** The origin by which a request came, among the engine's own; null when it named any other host. */
  originOf({ headers }: IncomingMessage): string | null {
    return this.origins.find((origin) => origin === `http://${headers.host}`) ?? null;
  }

  /** Exchanges the page token for a session at one of the origins; null when it is wrong. Gives the value of `Set-Cookie`. */
  openSession(token: string, origin: string): string | null {
    if (!sameSecret(token, this.pageToken)) return null;
    const session = freshToken();
    this.#sessions.add(session);
    if (this.#sessions.size > maxSessions) this.#sessions.delete(this.#sessions.values().next().value!);
    return `${cookieName(origin)}=${session}; HttpOnly; SameSite=Strict; Path=/`;
  }

  /**
   * @param o.state true where an `Origin` is required: sockets and everything that is not a plain GET or HEAD
   * @returns rights null: nobody in particular, from the right address; enough for the page's own files
   */
  check(request: IncomingMessage, o: { state: boolean }): Verdict {
    const { headers } = request;
    const origin = this.originOf(request);
    if (origin === null) return refuse(403, `This engine answers only to ${this.origins.join(' and ')}. A tunnel with another port at its end is named with --tunnel-port.`);
    const bearer = /^Bearer ([\w-]+)$/.exec(headers.authorization ?? '');
    if (headers.authorization !== undefined) {
      if (headers.origin !== undefined) return refuse(403, 'A program that sends a token has no Origin.');
      if (!bearer || !sameSecret(bearer[1], this.hostToken)) return refuse(401, 'The token is wrong.');
      return { allowed: true, rights: 'host' };
    }
    if (headers.origin !== undefined && headers.origin !== origin) return refuse(403, 'Another page may not ask.');
    const site = headers['sec-fetch-site'];
    if (site !== undefined && site !== 'same-origin' && site !== 'none') return refuse(403, 'Another page may not ask.');
    if (o.state && headers.origin === undefined) return refuse(403, 'The Origin is missing.');
    const session = sessionIn(headers.cookie, cookieName(origin));
    if (session === null) return { allowed: true, rights: null };
    if (![...this.#sessions].some((known) => sameSecret(session, known))) return { allowed: true, rights: null };
    return { allowed: true, rights: 'page' };
  }
}

/** Cookies are shared by all ports of a machine, so each engine's has in its name the port that the browser knows it by. */
const cookieName = (origin: string) => `glyphscope-${new URL(origin).port}`;

function sessionIn(cookies: string | undefined, wanted: string): string | null {
  for (const part of (cookies ?? '').split(';')) {
    const [name, value] = part.trim().split('=', 2);
    if (name === wanted && value) return value;
  }
  return null;
}

const refuse = (status: 401 | 403, reason: string): Verdict => ({ allowed: false, status, reason });
