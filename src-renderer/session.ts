import { sessionPath } from '../src-main/contract/urls';

/** Takes the token out of a fragment like `#token=…`; null when there is none. */
export function tokenInFragment(fragment: string): string | null {
  return new URLSearchParams(fragment.replace(/^#/, '')).get('token');
}

/**
 * Exchanges the token in the address, if there is one, for the session's cookie, and removes it from the address and
 * from the history. A refused token is not told apart here: the socket is refused as well, and the page says so.
 */
export async function openSession(): Promise<void> {
  const token = tokenInFragment(location.hash);
  if (token === null) return;
  history.replaceState(null, '', `${location.pathname}#/images`);
  await fetch(sessionPath, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ token }),
  }).catch(() => undefined);
}

/** Whether the engine answers and accepts this page's cookie. */
export async function sessionState(): Promise<'good' | 'refused' | 'unreachable'> {
  try {
    const answer = await fetch(sessionPath, { cache: 'no-store' });
    return answer.status === 401 || answer.status === 403 ? 'refused' : 'good';
  } catch {
    return 'unreachable';
  }
}
