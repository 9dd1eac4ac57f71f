import { spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { root } from '../support/command-line';
import { expect, test } from '../support/windows';

/** What only Electron's window has; a browser has no shell. */
const holder = (library: string) => (JSON.parse(fs.readFileSync(path.join(library, 'library.lock'), 'utf8')) as { pid: number }).pid;

test('when the engine dies the window says so, and starts it again', async ({ open, library }) => {
  const { page } = await open({ library });
  await expect(page.getByText(/^2,500 images described$/)).toBeVisible();
  process.kill(holder(library), 'SIGKILL');
  await expect(page.getByRole('heading', { name: 'The engine has stopped' })).toBeVisible();
  await expect(page.getByText('ended by SIGKILL')).toBeVisible();
  await page.getByRole('link', { name: 'Start again' }).click({ noWaitAfter: true });
  await expect(page.getByText(/^2,500 images described$/)).toBeVisible();
});

test('a library that another engine holds is told of, and opened once it is free', async ({ open, library, folder }) => {
  const first = await open({ library });
  await expect(first.page.getByText(/^2,500 images described$/)).toBeVisible();
  const second = await open({ library, profile: path.join(folder, 'other profile'), waitFor: /^data:/ });
  await expect(second.page.getByRole('heading', { name: 'This library is open already' })).toBeVisible();
  await expect(second.page.getByText(first.origin)).toBeVisible();
  await first.close();
  await second.page.getByRole('link', { name: 'Start again' }).click({ noWaitAfter: true });
  await expect(second.page.getByText(/^2,500 images described$/)).toBeVisible();
});

test('a second start of the same installation leaves the first window as it is', async ({ open, library, folder }) => {
  const profile = path.join(folder, 'profile');
  const { page, app } = await open({ library, profile });
  await expect(page.getByText(/^2,500 images described$/)).toBeVisible();
  const second = spawn(process.env.GLYPHSCOPE_ELECTRON!, [...(process.getuid?.() === 0 ? ['--no-sandbox'] : []), root, `--user-data-dir=${profile}`, `--library=${library}`]);
  let said = '';
  second.stderr.on('data', (text: Buffer) => (said += text.toString()));
  expect(await new Promise((resolve) => second.on('close', resolve))).toBe(0);
  expect(said).toContain('Glyphscope is running already');
  expect(app!.windows()).toHaveLength(1);
  await expect(page.getByText(/^2,500 images described$/)).toBeVisible();
});

test('the window is where it was', async ({ open, library, folder }) => {
  const profile = path.join(folder, 'profile');
  const first = await open({ library, profile });
  await expect(first.page.getByText(/^2,500 images described$/)).toBeVisible();
  await first.app!.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0].setBounds({ x: 40, y: 60, width: 1000, height: 700 }));
  await expect.poll(() => first.app!.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0].getBounds())).toMatchObject({ width: 1000, height: 700 });
  await first.close();
  const again = await open({ library, profile });
  expect(await again.app!.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0].getBounds())).toMatchObject({ x: 40, y: 60, width: 1000, height: 700 });
  expect(again.origin).toBe(first.origin); // the page's preferences belong to its address
});
