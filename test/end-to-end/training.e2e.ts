import type { Page } from '@playwright/test';
import { stateOf, train } from '../support/journeys';
import { expect, test } from '../support/windows';

/** Points that the loss curve has. */
async function lossPoints(page: Page): Promise<number> {
  const plot = page.getByRole('group', { name: /^Loss by prefix: \d+ points/ });
  if ((await plot.count()) === 0) return 0;
  return Number(/(\d+) points/.exec((await plot.getAttribute('aria-label')) ?? '')?.[1] ?? 0);
}

test('a training: the curves move, the run ends and can describe', async ({ open, library }) => {
  const { page } = await open({ library });
  await train(page, 'short', { steps: 400 }); // long enough to be seen on its way
  await expect.poll(() => lossPoints(page), { timeout: 60_000 }).toBeGreaterThan(1);
  const before = await lossPoints(page);
  await expect.poll(() => lossPoints(page), { timeout: 60_000 }).toBeGreaterThan(before);
  await expect(stateOf(page, 'short')).toContainText('finished', { timeout: 60_000 });
  await expect(page.getByRole('group', { name: /^Loss by prefix: \d+ points up to step 400\./ })).toBeVisible();
  await expect(page.getByRole('group', { name: /^k-NN top-1 by prefix/ })).toBeVisible();
  // The newest run is the one that is shown, and it describes its collection by itself.
  await page.getByRole('link', { name: 'Images' }).click();
  await expect(page.getByRole('combobox', { name: 'Run', exact: true }).locator('option:checked')).toHaveText('short · GS 16');
  await expect(page.getByText(/^2,500 images described$/)).toBeVisible({ timeout: 60_000 });
});

test('a training is paused, resumed and stopped', async ({ open, library }) => {
  const { page } = await open({ library });
  await train(page, 'long', { steps: 20_000 });
  await expect(stateOf(page, 'long')).toContainText('training', { timeout: 60_000 });
  await expect.poll(() => lossPoints(page), { timeout: 60_000 }).toBeGreaterThan(3);
  await page.getByRole('button', { name: 'Pause' }).click();
  await expect(stateOf(page, 'long')).toContainText('paused');
  const paused = await lossPoints(page);
  await page.getByRole('article').getByRole('button', { name: 'Resume' }).click();
  await expect.poll(() => lossPoints(page), { timeout: 30_000 }).toBeGreaterThan(paused);
  await page.getByRole('button', { name: 'Stop' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Stop and keep' }).click();
  await expect(stateOf(page, 'long')).toContainText('stopped');
});

test('quitting interrupts a training; the next start goes on from its checkpoint', async ({ open, library }) => {
  const first = await open({ library });
  await train(first.page, 'interrupted run', { steps: 20_000 });
  await expect.poll(() => lossPoints(first.page), { timeout: 60_000 }).toBeGreaterThan(25);
  await first.close();

  const { page } = await open({ library });
  await expect(page.getByText(/^2,500 images described$/)).toBeVisible();
  await page.getByRole('link', { name: 'Training' }).click();
  await page.getByRole('navigation', { name: 'Runs of this library' }).getByRole('link', { name: /interrupted run/ }).click();
  await expect(stateOf(page, 'interrupted run')).toContainText('interrupted');
  await expect.poll(() => lossPoints(page)).toBeGreaterThan(10);
  const before = await lossPoints(page);
  await page.getByRole('article').getByRole('button', { name: 'Resume' }).click();
  await expect.poll(() => lossPoints(page), { timeout: 60_000 }).toBeGreaterThan(before);
  await page.getByRole('button', { name: 'Stop' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Stop and keep' }).click();
  await expect(stateOf(page, 'interrupted run')).toContainText('stopped');
});
