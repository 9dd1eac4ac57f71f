import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { runCommand, startCommand, until, type Running } from '../support/command-line';
import { writePictures } from '../support/images';
import { expect, test as base } from '../support/windows';

const host = os.hostname().split('.')[0];

/** Stands for an SSH tunnel: a port of its own that leads to the engine's, and can be closed and opened again. */
class Tunnel {
  readonly #sockets = new Set<net.Socket>();
  #server: net.Server | null = null;
  port = 0;
  target = 0;

  async open(): Promise<void> {
    this.#server = net.createServer((near) => {
      const far = net.connect(this.target, '127.0.0.1');
      for (const [one, other] of [[near, far], [far, near]] as const) {
        this.#sockets.add(one);
        one.on('error', () => other.destroy()).on('close', () => other.destroy()).pipe(other);
      }
    });
    await new Promise<void>((resolve) => this.#server!.listen(this.port, '127.0.0.1', resolve));
    this.port = (this.#server.address() as net.AddressInfo).port;
  }

  async close(): Promise<void> {
    const server = this.#server;
    this.#server = null;
    const closed = new Promise((resolve) => (server ? server.close(resolve) : resolve(null)));
    for (const socket of this.#sockets) socket.destroy();
    this.#sockets.clear();
    await closed;
  }
}

interface Remote {
  tunnel: Tunnel;
  engine: Running;
  /** As `glyphscope serve --remote` printed it. */
  link: string;
}

const test = base.extend<{ remote: Remote }>({
  remote: async ({ folder, launched }, use) => {
    const library = path.join(folder, 'on the server');
    fs.cpSync(launched, library, { recursive: true });
    const tunnel = new Tunnel();
    await tunnel.open();
    const engine = startCommand(['serve', '--remote', '--port', '0', '--tunnel-port', String(tunnel.port), '--library', library, '--json']);
    const said = JSON.parse((await until(engine, 'stdout', /^\{[^]*^\}/m))[0]) as { origin: string; link: string; tunnel: string };
    tunnel.target = Number(new URL(said.origin).port);
    expect(said.tunnel).toContain(`-L ${tunnel.port}:127.0.0.1:${tunnel.target} `);
    engine.child.kill('SIGHUP'); // its terminal closes: it goes on
    const asked = await runCommand(['link', '--library', library, '--json']);
    expect(JSON.parse(asked.stdout)).toMatchObject({ link: said.link, tunnel: said.tunnel, host: os.hostname() });
    await use({ tunnel, engine, link: said.link });
    await tunnel.close();
    engine.child.kill('SIGTERM');
    await engine.finished;
  },
});

test('a remote engine is shown through its tunnel, takes files by upload, and is back after a loss', async ({ open, library, folder, remote }) => {
  const { page, app, origin } = await open({ library });
  await expect(page.getByText(/^2,500 images described$/)).toBeVisible();
  const badge = page.getByRole('button', { name: `Remote: ${host}` });
  await expect(badge).toBeHidden();

  if (app) {
    await page.keyboard.press('Control+k');
    await page.getByRole('combobox', { name: /^Command, page/ }).fill('connect to a remote');
    await page.keyboard.press('Enter');
    const dialog = page.getByRole('dialog', { name: 'Connect to a remote engine' });
    const link = dialog.getByLabel('Link');
    await link.fill(remote.link.replace('127.0.0.1', 'gpu1.example.org'));
    await expect(dialog.getByText('gpu1.example.org is not an address of this machine')).toBeVisible();
    await expect(dialog.getByRole('button', { name: 'Connect', exact: true })).toBeDisabled();
    await link.fill(remote.link.replace(/token=.*/, `token=${'A'.repeat(43)}`));
    await dialog.getByRole('button', { name: 'Connect', exact: true }).click();
    await expect(dialog.getByText('does not know this token')).toBeVisible();
    await link.fill(remote.link);
    await dialog.getByRole('button', { name: 'Connect', exact: true }).click();
  } else await page.goto(remote.link);
  await expect(badge).toBeVisible();
  await expect(page).toHaveURL(new RegExp(`^http://127\\.0\\.0\\.1:${remote.tunnel.port}/`));
  if (app) {
    // What another machine sends is offered no dialog for files of this one, no other engine, and no way to the local one.
    expect(await page.evaluate(() => Object.keys((window as unknown as { glyphscope: object }).glyphscope).sort())).toEqual(['disconnect', 'remote', 'versions']);
    expect(await page.evaluate((local) => fetch(local).then(() => 'answered', () => 'refused'), origin)).toBe('refused');
  }

  const pictures = path.join(folder, 'shapes');
  await writePictures(pictures, 6, ['round', 'square']);
  await page.getByTestId('import-folder').first().setInputFiles(pictures);
  const naming = page.getByRole('dialog', { name: 'Import into a collection' });
  await expect(naming.getByText(`The files are sent to ${os.hostname()}`)).toBeVisible();
  await naming.getByRole('button', { name: 'Import' }).click();
  await expect(page.getByText('6 images', { exact: true })).toBeVisible();

  const search = page.locator('[data-filter] input').first();
  await search.fill('label:round');
  await remote.tunnel.close();
  await expect(page.getByRole('status').filter({ hasText: /Tunnel or engine away|Connecting again/ })).toBeVisible();
  await search.pressSequentially(' split:te');
  await remote.tunnel.open();
  await expect(page.getByRole('status').filter({ hasText: /^Connected$/ })).toBeVisible();
  await expect(search).toHaveValue('label:round split:te');
  await expect(badge).toBeVisible();

  await badge.click();
  const leave = page.getByRole('button', { name: 'Disconnect' });
  if (!app) return expect(leave).toBeHidden();
  await leave.click();
  await expect(page).toHaveURL(new RegExp(`^${origin}/`));
  await expect(badge).toBeHidden();
  await expect(page.getByText(/^2,500 images described$/)).toBeVisible();
});

test('a page that is loaded while its tunnel is closed says so and comes back; the engine is remembered, its token is not', async ({ open, library, remote }) => {
  const { page, app } = await open({ library });
  test.skip(!app, 'The window remembers engines; a browser has bookmarks.');
  await expect(page.getByText(/^2,500 images described$/)).toBeVisible();
  const connect = async () => {
    await app!.evaluate(({ Menu }) => Menu.getApplicationMenu()!.items.flatMap(({ submenu }) => submenu?.items ?? []).find(({ label }) => label.startsWith('Connect to a remote'))!.click());
    return page.getByRole('dialog', { name: 'Connect to a remote engine' });
  };
  const first = await connect();
  await first.getByLabel('Link').fill(remote.link);
  await page.keyboard.press('Enter');
  const badge = page.getByRole('button', { name: `Remote: ${host}` });
  await expect(badge).toBeVisible();
  await remote.tunnel.close();
  await page.reload().catch(() => undefined); // it fails: the shell says so
  await expect(page.getByRole('heading', { name: 'The engine does not answer' })).toBeVisible();
  await remote.tunnel.open();
  await page.getByRole('link', { name: 'Try again' }).click({ noWaitAfter: true });
  await expect(badge).toBeVisible();
  await badge.click();
  await page.getByRole('button', { name: 'Disconnect' }).click();
  await expect(page.getByText(/^2,500 images described$/)).toBeVisible();

  const again = await connect();
  const known = again.getByRole('list', { name: 'Connected before' });
  await expect(known.getByText(os.hostname())).toBeVisible();
  const file = await app!.evaluate(({ app: running }) => running.getPath('userData'));
  expect(fs.readFileSync(path.join(file, 'remote-engines.json'), 'utf8')).not.toContain(new URL(remote.link).hash.slice('#token='.length));
  await known.getByRole('button', { name: `Forget ${os.hostname()}` }).click();
  await expect(known).toBeHidden();
});
