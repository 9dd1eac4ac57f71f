import { basename } from 'node:path';
import type { GrantPurpose } from '../contract/export';
import { GlyphscopeError } from '../contract/errors';
import { freshToken } from './authentication';

/** How long a path chosen in a native dialog may be used, in milliseconds. */
const validFor = 10 * 60_000;
const maxGrants = 100;

/** Paths that the user chose in the shell's dialog. The page knows each by a secret name, for one use and one purpose. */
export class Grants {
  readonly #paths = new Map<string, { path: string; purpose: GrantPurpose; until: number }>();
  readonly #now: () => number;

  /** @param now milliseconds of a clock that never goes back */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  give(path: string, purpose: GrantPurpose): { grant: string; name: string } {
    for (const [grant, { until }] of this.#paths) if (until <= this.#now()) this.#paths.delete(grant);
    if (this.#paths.size >= maxGrants) this.#paths.delete(this.#paths.keys().next().value!);
    const grant = freshToken();
    this.#paths.set(grant, { path, purpose, until: this.#now() + validFor });
    return { grant, name: basename(path) };
  }

  /** The path, once. @throws GlyphscopeError NOT_FOUND */
  take(grant: string, purpose: GrantPurpose): string {
    const found = this.#paths.get(grant);
    this.#paths.delete(grant);
    if (!found || found.purpose !== purpose || found.until <= this.#now())
      throw new GlyphscopeError('NOT_FOUND', 'This choice is no longer valid.', { subject: 'grant', remedy: 'Choose the folder or archive again.' });
    return found.path;
  }
}
