import type { Locator, Page } from '@playwright/test';
import { runCommand } from '../support/command-line';
import { expect, test } from '../support/windows';

async function openMap(page: Page): Promise<Locator> {
  await page.getByRole('link', { name: 'Map' }).click();
  const map = page.getByRole('application', { name: /^Map of 2,500 images/ }).first();
  await expect(map).toBeVisible({ timeout: 60_000 });
  await expect(page.locator('[data-row]').first()).toBeVisible();
  return map;
}
const boxOf = async (element: Locator) => (await element.boundingBox())!;
const selectedCount = async (page: Page) => Number(await page.locator('[data-selected-count]').getAttribute('data-selected-count'));

/** Draws a closed line round a part of the map, given as shares of its width and height. */
async function drawRound(page: Page, map: Locator, { x, y, width, height }: { x: number; y: number; width: number; height: number }): Promise<void> {
  const box = await boxOf(map);
  const at = (t: number) => [box.x + box.width * (x + width * Math.cos(t)), box.y + box.height * (y + height * Math.sin(t))] as const;
  await page.mouse.move(...at(0));
  await page.mouse.down();
  for (let i = 1; i <= 24; i++) await page.mouse.move(...at((i / 24) * 2 * Math.PI));
  await page.mouse.up();
}

test('a lasso selects, adds and takes away, the legend counts and shows one alone, and the link restores it', async ({ open, library }) => {
  const { page } = await open({ library });
  const map = await openMap(page);
  await map.press('r');
  const box = await boxOf(map);
  await page.mouse.move(box.x + 3, box.y + 3);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width - 3, box.y + box.height - 3, { steps: 4 });
  await page.mouse.up();
  expect(await selectedCount(page)).toBe(2500); // every enclosed point, the first time
  await map.press('l');
  await page.keyboard.down('Alt');
  await drawRound(page, map, { x: 0.25, y: 0.5, width: 0.24, height: 0.45 });
  await page.keyboard.up('Alt');
  const rest = await selectedCount(page);
  expect(rest).toBeGreaterThan(0);
  expect(rest).toBeLessThan(2500);
  await expect(page.getByText(`${rest.toLocaleString('en')} picked`)).toBeVisible();
  const rows = await page.locator('[data-row]').allInnerTexts();
  const within = rows.map((text) => Number(/([\d,]+) \/ 250\s*$/.exec(text)![1].replace(',', '')));
  expect(within.reduce((sum, count) => sum + count, 0)).toBe(rest); // "47 / 250" in every row
  await map.focus();
  await map.press('n');
  expect(await selectedCount(page)).toBe(2500 - rest);
  await map.press('Escape');
  await expect(page.locator('[data-selected-count]')).toHaveCount(0);

  const frog = page.locator('[data-row="frog"]');
  await frog.dblclick();
  await expect(page.getByRole('region', { name: 'Legend' }).getByRole('status')).toHaveText('250 / 2,500 images Show all');
  await expect(page.locator('[data-row="cat"]')).toHaveAttribute('aria-pressed', 'false');
  await page.getByRole('combobox', { name: 'Search on the map' }).fill('label:frog split:train');
  await expect(page.getByRole('region', { name: 'Legend' }).getByRole('status')).not.toHaveText(/^250 /);
  await expect(page).toHaveURL(/off=cat/);
  const before = await page.getByRole('region', { name: 'Legend' }).innerText();
  await page.reload();
  await expect.poll(() => page.getByRole('region', { name: 'Legend' }).innerText(), { timeout: 20_000 }).toBe(before);
});

test('arrow keys walk from image to image, pictures come near, and layers can be switched off', async ({ open, library }) => {
  const { page } = await open({ library });
  const map = await openMap(page);
  await map.focus();
  await map.press('ArrowRight');
  const inspector = page.getByRole('complementary', { name: 'Inspector' });
  const first = await inspector.innerText();
  await map.press('ArrowRight');
  await expect.poll(() => inspector.innerText()).not.toBe(first);
  const box = await boxOf(map);
  const pictures = page.locator('canvas[data-pictures]').first();
  await expect(pictures).toHaveAttribute('data-pictures', '0');
  await page.mouse.move(box.x + box.width * 0.5, box.y + box.height * 0.55);
  for (let i = 0; i < 8; i++) await page.mouse.wheel(0, -100);
  await expect(pictures).not.toHaveAttribute('data-pictures', '0', { timeout: 10_000 });
  await page.getByRole('button', { name: 'Layers' }).click();
  await page.getByRole('checkbox', { name: /^Pictures/ }).uncheck();
  await expect(pictures).toHaveAttribute('data-pictures', '0');
});

test('two runs beside one another: linked, and each image with the neighbours that it keeps', async ({ open, library }) => {
  test.slow();
  const collection = ['--collection', 'CIFAR-10 sample', '--library', library];
  for (const command of [['train', '--name', 'second', '--preset', 'tiny', '--steps', '10', ...collection], ['encode', '--run', 'second', ...collection], ['map', '--run', 'second', ...collection]]) {
    const { status, stderr } = await runCommand(command);
    expect(status, stderr).toBe(0);
  }
  const { page } = await open({ library });
  await openMap(page);
  await page.getByRole('combobox', { name: 'Compare with' }).selectOption({ index: 1 });
  const maps = page.getByRole('application', { name: /^Map of 2,500 images by/ });
  await expect(maps).toHaveCount(2);
  await page.getByRole('button', { name: 'Compare neighbours' }).click();
  const worst = page.locator('[data-kept]').first();
  await expect(worst).toBeVisible({ timeout: 30_000 });
  const kept = (await page.locator('[data-kept]').evaluateAll((rows) => rows.map((row) => Number((row as HTMLElement).dataset.kept))));
  expect(kept).toEqual([...kept].sort((a, b) => a - b));
  await maps.first().press('l');
  await drawRound(page, maps.first(), { x: 0.5, y: 0.5, width: 0.48, height: 0.48 });
  await expect(page.getByText(/images shown have others/)).toBeVisible();
  await worst.click();
  await expect(page.locator('.ring.selected')).toHaveCount(2); // on both maps
});
