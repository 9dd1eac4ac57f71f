import fs from 'node:fs';
import path from 'node:path';
import type { Page } from '@playwright/test';
import { stateOf, stepOf, train } from '../support/journeys';
import { expect, test } from '../support/windows';

const show = (page: Page, name: string) => page.getByRole('navigation', { name: 'Runs of this library' }).getByRole('link', { name }).click();

/** Stops the run that is shown, and keeps it. */
async function stop(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Stop', exact: true }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Stop and keep' }).click();
}

test('runs wait in a queue: their order is changed by keys, and the next one begins when the first is stopped', async ({ open, library }) => {
  const { page } = await open({ library });
  await train(page, 'alpha', { steps: 100_000 });
  await expect(stateOf(page, 'alpha')).toContainText('training', { timeout: 60_000 });
  await train(page, 'beta', { steps: 60 });
  await expect(stateOf(page, 'beta')).toContainText('queued');
  await train(page, 'gamma', { steps: 60 });
  const queue = page.getByRole('region', { name: 'Runs that wait' });
  await expect(queue.getByRole('listitem')).toHaveCount(2);
  await expect(queue.getByRole('listitem').first()).toContainText('beta');
  await queue.getByRole('link', { name: /^gamma/ }).focus();
  await page.keyboard.press('Alt+ArrowUp');
  await expect(queue.getByRole('listitem').first()).toContainText('gamma');
  await expect(queue.getByRole('link', { name: 'gamma, place 1 of 2' })).toBeFocused();

  await show(page, 'alpha');
  await stop(page);
  await expect(stateOf(page, 'alpha')).toContainText('stopped');
  await show(page, 'gamma');
  await expect(stateOf(page, 'gamma')).toContainText('finished', { timeout: 60_000 });
  await show(page, 'beta');
  await expect(stateOf(page, 'beta')).toContainText('finished', { timeout: 60_000 });
});

test('a run whose images are few for its symbols has a finding, and a new run with the change is one click away', async ({ open, library }) => {
  const { page } = await open({ library });
  await train(page, 'many steps', { steps: 50_000 });
  const finding = page.getByRole('group', { name: 'Finding: few images' });
  await expect(finding).toBeVisible({ timeout: 60_000 });
  await expect(finding).toContainText('Probable cause');
  await stop(page);
  await finding.getByRole('button', { name: 'New run with this change' }).click();
  await expect(page).toHaveURL(/#\/training\/new\?like=\d+&steps=\d+/);
});

test.describe('the window', () => {
  test.beforeEach(() => test.skip(test.info().project.name !== 'electron', 'A browser closes no engine.'));

  /** Process of the engine that holds a library; null when none does. */
  function engineOf(library: string): number | null {
    const lock = path.join(library, 'library.lock');
    return fs.existsSync(lock) ? (JSON.parse(fs.readFileSync(lock, 'utf8')) as { pid: number }).pid : null;
  }

  test('is closed while a run trains in the background; the next one finds it, and the engine ends by itself when nothing is trained', async ({ open, library }) => {
    const first = await open({ library, whenClosing: 'continue' });
    await train(first.page, 'lasting', { steps: 100_000 });
    await expect.poll(() => stepOf(first.page, 'lasting'), { timeout: 60_000 }).toBeGreaterThan(20);
    const engine = engineOf(library);
    const step = await stepOf(first.page, 'lasting');
    await first.close();
    expect(engineOf(library)).toBe(engine);

    const second = await open({ library, whenClosing: 'continue' });
    await second.page.getByRole('link', { name: 'Training', exact: true }).click();
    await expect(stateOf(second.page, 'lasting')).toContainText('training');
    await expect.poll(() => stepOf(second.page, 'lasting')).toBeGreaterThan(step);
    expect(engineOf(library)).toBe(engine);
    await stop(second.page);
    await expect(stateOf(second.page, 'lasting')).toContainText('stopped');
    await second.close();
    await expect.poll(() => engineOf(library), { timeout: 60_000 }).toBeNull();
  });

  test('asks once what becomes of a training, and what is paused is offered again', async ({ open, library, folder }) => {
    const first = await open({ library, whenClosing: 'ask' });
    await train(first.page, 'asked', { steps: 100_000 });
    await expect.poll(() => stepOf(first.page, 'asked'), { timeout: 60_000 }).toBeGreaterThan(20);
    await first.app!.evaluate(({ dialog, BrowserWindow }) => {
      const asked: string[][] = [];
      (globalThis as unknown as { asked: string[][] }).asked = asked;
      // The user cancels the first time, then pauses and wants that each time.
      dialog.showMessageBox = ((_window: unknown, { buttons }: { buttons: string[] }) => {
        asked.push(buttons);
        return Promise.resolve(asked.length === 1 ? { response: 3, checkboxChecked: false } : { response: 1, checkboxChecked: true });
      }) as never;
      BrowserWindow.getAllWindows()[0].close();
    });
    await expect.poll(() => first.app!.evaluate(() => (globalThis as unknown as { asked: string[][] }).asked.length)).toBe(1);
    await expect(stateOf(first.page, 'asked')).toContainText('training');
    await first.close();
    expect(engineOf(library)).toBeNull();
    expect(JSON.parse(fs.readFileSync(path.join(folder, 'profile', 'window.json'), 'utf8'))).toMatchObject({ whenClosing: 'pause' });

    const second = await open({ library });
    const banner = second.page.getByRole('complementary', { name: 'Interrupted runs' });
    await expect(banner).toContainText('asked');
    await banner.getByRole('button', { name: 'Resume' }).click();
    await expect(banner).toHaveCount(0);
    await second.page.getByRole('link', { name: 'Training', exact: true }).click();
    await expect(stateOf(second.page, 'asked')).toContainText('training', { timeout: 60_000 });
    await stop(second.page);
    await expect(stateOf(second.page, 'asked')).toContainText('stopped');
  });
});
