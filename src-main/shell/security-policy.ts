import { app, type Session } from 'electron';

/** The page's Copy buttons; and its Paste button, for the page of this machine's own engine only. Every other permission is denied. */
const [copy, paste] = ['clipboard-sanitized-write', 'clipboard-read'];

/**
 * What no page may do, whatever it is: ask for a permission other than the clipboard's, open a window, go anywhere but
 * to the engine, embed another page, or load anything from elsewhere.
 * @param origin address of the engine that is shown, null while there is none
 * @param local address of this machine's own engine: what a remote one shows may not read the clipboard by itself
 */
export function enforcePolicy(session: Session, origin: () => string | null, local: () => string | null): void {
  const granted = (permission: string, url: string) => isEngine(url, origin()) && (permission === copy || (permission === paste && isEngine(url, local())));
  session.setPermissionRequestHandler((_contents, permission, answer, details) => answer(details.isMainFrame && granted(permission, details.requestingUrl)));
  session.setPermissionCheckHandler((_contents, permission, asking) => granted(permission, asking));
  session.setDevicePermissionHandler(() => false);
  session.setSpellCheckerEnabled(false); // it would download dictionaries
  session.webRequest.onBeforeRequest((details, answer) => answer({ cancel: !mayLoad(details.url, origin()) }));
  session.on('will-download', (event, item) => {
    if (!isEngine(item.getURL().replace(/^blob:/, ''), origin())) event.preventDefault();
  });
  app.on('web-contents-created', (_event, contents) => {
    contents.on('will-navigate', (event, url) => {
      if (!isEngine(url, origin())) event.preventDefault();
    });
    contents.on('will-redirect', (event, url) => {
      if (!isEngine(url, origin())) event.preventDefault();
    });
    contents.on('will-attach-webview', (event) => event.preventDefault());
    contents.setWindowOpenHandler(() => ({ action: 'deny' }));
  });
}

/** True for an address of the engine's own page. */
export function isEngine(url: string, origin: string | null): boolean {
  return origin !== null && originOf(url) === origin;
}

/** The engine over HTTP and WebSocket, what the page made itself, the shell's own notices, and developer tools. */
function mayLoad(url: string, origin: string | null): boolean {
  if (/^(data|blob|devtools|chrome-devtools):/.test(url)) return true;
  return isEngine(url.replace(/^ws:/, 'http:'), origin);
}

function originOf(url: string): string | null {
  try {
    return new URL(url).origin;
  } catch {
    return null;
  }
}
