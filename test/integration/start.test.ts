import { spawn } from 'node:child_process';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { root } from '../support/command-line';
import { removeFolder, temporaryFolder } from '../support/temporary';

let folder: string;
beforeAll(() => (folder = temporaryFolder('start')));
afterAll(() => removeFolder(folder));

/** Runs `npm start`'s script until it has said `pattern`, then ends it. */
async function startUntil(pattern: RegExp, args: string[], environment: Record<string, string>): Promise<{ text: string; status: number | null }> {
  const child = spawn(process.execPath, [path.join(root, 'scripts', 'start.mjs'), '--library', path.join(folder, 'library'), ...args], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...environment },
  });
  let text = '';
  const ended = new Promise<number | null>((resolve) => child.on('close', resolve));
  await new Promise<void>((resolve, reject) => {
    const take = (part: Buffer) => {
      text += part.toString();
      if (pattern.test(text)) resolve();
    };
    child.stdout.on('data', take);
    child.stderr.on('data', take);
    void ended.then(() => reject(new Error(`It ended before it said ${pattern}:\n${text}`)));
  });
  child.kill('SIGTERM');
  return { text, status: await ended };
}
const link = /http:\/\/127\.0\.0\.1:\d+\/#token=[\w-]{43}/;

it.runIf(process.platform === 'linux')('npm start without a display serves the page and says why', async () => {
  const { text, status } = await startUntil(link, [], { DISPLAY: '', WAYLAND_DISPLAY: '' });
  expect(text).toContain('No window: no display (neither DISPLAY nor WAYLAND_DISPLAY is set). Open the address below in a browser instead.');
  expect(status).toBe(0);
});

it('npm start without Electron serves the page and says why', async () => {
  const { text } = await startUntil(link, [], { DISPLAY: ':0', GLYPHSCOPE_ELECTRON: '/no/such/electron' });
  expect(text).toContain('No window: no Electron: GLYPHSCOPE_ELECTRON names /no/such/electron, which is not a program.');
});

it('npm start with an Electron that cannot open its display serves the page and says why', async () => {
  const { text } = await startUntil(link, [], { DISPLAY: ':0', GLYPHSCOPE_ELECTRON: path.join(root, 'test', 'support', 'no-display.sh') });
  expect(text).toContain('No window: the display :0 cannot be opened.');
});

it('npm start -- --browser serves the page without asking why', async () => {
  const { text } = await startUntil(link, ['--browser'], {});
  expect(text).not.toContain('No window');
});
