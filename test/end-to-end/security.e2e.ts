import { WebSocket } from 'ws';
import { expect, test } from '../support/windows';

test('the page has no Node, no way out and no rights of the host', async ({ open, library }) => {
  const { page, app, origin } = await open({ library });
  await expect(page.getByText(/^2,500 images described$/)).toBeVisible();

  const globals = await page.evaluate(() => ['require', 'process', 'module', 'Buffer', 'global'].filter((name) => name in window));
  expect(globals).toEqual([]);
  expect(await page.evaluate(() => document.cookie)).toBe('');
  expect(await page.evaluate(() => location.hash)).not.toContain('token');

  const violations = await page.evaluate(async () => {
    const seen: string[] = [];
    document.addEventListener('securitypolicyviolation', (event) => seen.push(event.effectiveDirective));
    const script = document.createElement('script');
    script.textContent = 'window.injected = true';
    document.head.append(script);
    setTimeout('window.injected = true'); // text as code, as eval is
    const image = document.createElement('img');
    image.setAttribute('onerror', 'window.injected = true');
    image.src = 'https://example.com/picture.png';
    document.body.append(image);
    await fetch('https://example.com/').catch(() => undefined);
    await new Promise((resolve) => setTimeout(resolve, 300));
    image.remove();
    return { seen, injected: 'injected' in window };
  });
  expect(violations.injected).toBe(false);
  expect(violations.seen.join(' ')).toMatch(/script-src/);
  expect(violations.seen).toContain('img-src');
  expect(violations.seen).toContain('connect-src');

  if (!app) return;
  const before = page.url();
  await page.evaluate(() => {
    const link = document.createElement('a');
    link.href = 'https://example.com/';
    document.body.append(link);
    link.click();
    link.remove();
  });
  expect(await page.evaluate(() => window.open('https://example.com/') === null)).toBe(true);
  await page.waitForTimeout(300);
  expect(page.url()).toBe(before);
  expect(app.windows()).toHaveLength(1);
  for (const name of ['notifications', 'geolocation', 'camera', 'microphone'] as const)
    expect(await page.evaluate(async (asked) => (await navigator.permissions.query({ name: asked as PermissionName })).state, name)).toBe('denied');
  expect(await page.evaluate(() => Object.keys((window as unknown as { glyphscope: object }).glyphscope).sort())).toEqual(['chooseArchive', 'chooseExportFolder', 'chooseFolder', 'chooseRunArchive', 'chooseRunFolder', 'chooseTeacherFolder', 'connect', 'forgetEngine', 'knownEngines', 'notify', 'onConnectAsked', 'remote', 'versions', 'whenClosing']);
  const preferences = await app.evaluate(({ BrowserWindow }) => {
    const { webContents } = BrowserWindow.getAllWindows()[0];
    return (webContents as unknown as { getLastWebPreferences(): Record<string, unknown> }).getLastWebPreferences();
  });
  expect(preferences).toMatchObject({ sandbox: true, contextIsolation: true, nodeIntegration: false });
  expect(origin).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
});

test('the engine refuses who has no session, another host name and another origin', async ({ open, library }) => {
  const { page, origin } = await open({ library });
  await expect(page.getByText(/^2,500 images described$/)).toBeVisible();
  const status = async (path: string, headers: Record<string, string> = {}) => (await fetch(`${origin}${path}`, { headers })).status;
  expect(await status('/images/1/original')).toBe(401);
  expect(await status('/session')).toBe(401);
  expect(await status('/session', { Authorization: 'Bearer wrong' })).toBe(401);
  expect(await status('/', { Origin: 'https://example.com' })).toBe(403);
  const socket = (headers: Record<string, string>) =>
    new Promise<string>((resolve) => {
      const one = new WebSocket(`${origin.replace('http', 'ws')}/rpc`, { headers });
      one.on('open', () => (one.close(), resolve('open')));
      one.on('error', (error) => resolve(error.message));
    });
  expect(await socket({ Origin: origin })).toContain('401');
  expect(await socket({ Origin: 'https://example.com' })).toContain('403');
  expect(await socket({ Authorization: 'Bearer wrong' })).toContain('401');
});
