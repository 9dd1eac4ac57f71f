import fs from 'node:fs';
import path from 'node:path';
import { test as base, chromium, type CDPSession, type ElectronApplication, _electron, type Page } from '@playwright/test';
import type { WhenClosing } from '../../src-main/contract/closing';
import { engineEntry, root, runCommand, startCommand, until } from './command-line';
import { removeFolder, temporaryFolder } from './temporary';

/** A window or a browser with the page, and the folder it works in. */
export interface Opened {
  page: Page;
  /** Null in a browser. */
  app: ElectronApplication | null;
  library: string;
  /** http://127.0.0.1:PORT */
  origin: string;
  cdp: CDPSession;
  close(): Promise<void>;
}

export interface OpenOptions {
  /** Opens this library again; a new test's own is otherwise a copy of the one after the first launch. */
  library?: string;
  /** Electron's profile, to start the same installation again. */
  profile?: string;
  scheme?: 'light' | 'dark';
  /** What becomes of trainings when the window is closed; 'pause' unless given, so that no test is asked. */
  whenClosing?: WhenClosing;
  /** The address that the window ends up at; the engine's unless given. */
  waitFor?: RegExp;
}

interface Fixtures {
  /** The test's own folder. */
  folder: string;
  /** A library as the first launch leaves it. */
  library: string;
  open(options?: OpenOptions): Promise<Opened>;
}
interface WorkerFixtures {
  launched: string;
}

/**
 * Each test gets a window of the project's kind (Electron or Chromium) on a library of its own. The first launch, which
 * imports and describes the sample, happens once for all.
 */
export const test = base.extend<Fixtures, WorkerFixtures>({
  launched: [
    // eslint-disable-next-line no-empty-pattern
    async ({}, use) => {
      const library = path.join(temporaryFolder('launched'), 'library');
      await firstLaunch(library);
      await use(library);
      removeFolder(path.dirname(library));
    },
    { scope: 'worker', timeout: 300_000 },
  ],
  // eslint-disable-next-line no-empty-pattern
  folder: async ({}, use) => {
    const folder = temporaryFolder('window');
    await use(folder);
    removeFolder(folder);
  },
  library: async ({ folder, launched }, use) => {
    const library = path.join(folder, 'library');
    fs.cpSync(launched, library, { recursive: true });
    await use(library);
  },
  open: async ({ folder }, use, info) => {
    const opened: Opened[] = [];
    await use(async (options = {}) => {
      const library = options.library ?? path.join(folder, 'library');
      const one = info.project.name === 'electron' ? await openElectron(library, options.profile ?? path.join(folder, 'profile'), options) : await openChromium(library, options);
      opened.push(one);
      return one;
    });
    for (const one of opened) await one.close();
  },
});
export { expect } from '@playwright/test';

/** Serves a new library until its sample is described, then ends. */
async function firstLaunch(library: string): Promise<void> {
  const engine = startCommand(['serve', '--library', library, '--json']);
  await until(engine, 'stdout', /"link": "([^"]+)"/);
  const limit = Date.now() + 240_000;
  let run: string | undefined;
  while (run === undefined) {
    if (Date.now() > limit) throw new Error(`The first launch did not describe the sample.\n${engine.said.stderr}`);
    const { stdout } = await runCommand(['runs', '--json', '--library', library]);
    const { runs } = JSON.parse(stdout) as { runs: { name: string; encoded: string[] }[] };
    run = runs.find(({ encoded }) => encoded.length > 0)?.name;
    if (run === undefined) await new Promise((resolve) => setTimeout(resolve, 500));
  }
  engine.child.kill('SIGTERM');
  await engine.finished;
  // The map, which the engine would draw next, and the views that a training needs: else each test would wait for them.
  const collection = ['--collection', 'CIFAR-10 sample', '--library', library];
  for (const command of [['map', '--run', run, ...collection], ['features', ...collection]]) {
    const { status, stderr } = await runCommand(command);
    if (status !== 0) throw new Error(`${command[0]} failed: ${stderr}`);
  }
}

async function openElectron(library: string, profile: string, { scheme, whenClosing = 'pause', waitFor = /^http:\/\/127\.0\.0\.1:\d+\// }: OpenOptions): Promise<Opened> {
  const stateFile = path.join(profile, 'window.json');
  fs.mkdirSync(profile, { recursive: true });
  const state = fs.existsSync(stateFile) ? (JSON.parse(fs.readFileSync(stateFile, 'utf8')) as object) : {};
  fs.writeFileSync(stateFile, JSON.stringify({ ...state, whenClosing }));
  const app = await _electron.launch({
    executablePath: process.env.GLYPHSCOPE_ELECTRON,
    args: [...(process.getuid?.() === 0 ? ['--no-sandbox'] : []), root, `--user-data-dir=${profile}`, `--library=${library}`],
    env: { ...(process.env as Record<string, string>), GLYPHSCOPE_NODE: process.execPath },
  });
  let closed = false;
  const page = await app.firstWindow();
  await page.waitForURL(waitFor).catch((error: Error) => {
    const log = path.join(profile, 'engine.log');
    throw new Error(`The window shows ${decodeURIComponent(page.url()).replace(/<[^>]*>/g, ' ')}\nEngine: ${fs.existsSync(log) ? fs.readFileSync(log, 'utf8') : 'no log'}\n${error.message}`);
  });
  if (scheme) await page.emulateMedia({ colorScheme: scheme });
  return {
    page,
    app,
    library,
    origin: new URL(page.url()).origin,
    cdp: await app.context().newCDPSession(page),
    close: async () => {
      if (closed) return;
      closed = true;
      // An engine that goes on keeps pipes of Electron open, for which `close` would wait.
      const gone = new Promise((resolve) => app.process().once('exit', resolve));
      await Promise.race([app.close(), gone]);
    },
  };
}

async function openChromium(library: string, { scheme }: OpenOptions): Promise<Opened> {
  if (!fs.existsSync(engineEntry)) throw new Error('The engine is not built: run `npm run build`.');
  const engine = startCommand(['serve', '--library', library, '--json']);
  const [, link] = await until(engine, 'stdout', /"link": "([^"]+)"/);
  const browser = await chromium.launch({ executablePath: process.env.GLYPHSCOPE_CHROMIUM, args: process.getuid?.() === 0 ? ['--no-sandbox'] : [] });
  const context = await browser.newContext({ viewport: { width: 1360, height: 860 }, colorScheme: scheme });
  const page = await context.newPage();
  let closed = false;
  await page.goto(link);
  return {
    page,
    app: null,
    library,
    origin: new URL(link).origin,
    cdp: await context.newCDPSession(page),
    close: async () => {
      if (closed) return;
      closed = true;
      await browser.close();
      engine.child.kill('SIGTERM');
      await engine.finished;
    },
  };
}

/** Drags files or folders from outside and drops them on the middle of an element, as the system's own drag does. */
export async function dropPaths({ page, cdp }: Opened, selector: string, files: readonly string[]): Promise<void> {
  const box = await page.locator(selector).first().boundingBox();
  if (!box) throw new Error(`${selector} is not visible.`);
  const at = { x: box.x + box.width / 2, y: box.y + box.height / 2 };
  const data = { items: [], files: [...files], dragOperationsMask: 1 };
  for (const type of ['dragEnter', 'dragOver', 'drop'] as const) await cdp.send('Input.dispatchDragEvent', { type, ...at, data });
}
