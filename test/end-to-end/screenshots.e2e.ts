import fs from 'node:fs';
import path from 'node:path';
import type { Page } from '@playwright/test';
import { root } from '../support/command-line';
import { dropPaths, expect, test } from '../support/windows';

/** Pictures of every page for the guide, from the real window: `npm run screenshots`. */
const guide = path.join(root, 'docs', 'guide');
/** The pointer away, nothing moving, every picture there. */
async function still(page: Page): Promise<void> {
  await page.mouse.move(2, 2);
  await page.waitForFunction(() => [...document.querySelectorAll('img')].every((image) => image.complete));
  await page.waitForTimeout(600);
}

for (const scheme of ['light', 'dark'] as const)
  test(`every page, ${scheme}`, async ({ open, library, folder }) => {
    test.setTimeout(600_000);
    const opened = await open({ library, scheme });
    const { page } = opened;
    /** @param only the one look that the guide has it in */
    const shoot = async (name: string, only: 'light' | 'dark' = scheme) => {
      if (only !== scheme) return;
      await still(page);
      await page.screenshot({ path: path.join(guide, `${name}-${scheme}.png`) });
    };

    await expect(page.getByText(/^2,500 images described$/)).toBeVisible();
    await page.getByRole('gridcell').nth(5).click();
    await expect(page.getByText('12 of 2,500 images, by the cosine of their embeddings')).toBeVisible();
    await shoot('images');

    // Pictures of the sample as if they were the user's own, and a broken one.
    const own = await samplePictures(page, opened.origin, folder);
    fs.writeFileSync(path.join(folder, 'notes.png'), 'not a picture');
    await page.getByRole('link', { name: 'Describe' }).click();
    await dropPaths(opened, '[data-testid=drop-zone]', [...own, path.join(folder, 'notes.png')]);
    await expect(page.getByText(`${own.length} of ${own.length + 1} described, 1 failed`)).toBeVisible();
    await page.getByRole('option', { name: /^photo-1/ }).click();
    await expect(page.getByRole('region', { name: /^Result for/ }).locator('img').nth(3)).toBeVisible();
    await shoot('describe');
    await page.getByRole('region', { name: /^Result for/ }).getByRole('button', { name: 'Why this symbol' }).click();
    await expect(page.getByRole('img', { name: /^Heat map of symbol/ })).toBeVisible({ timeout: 60_000 });
    await shoot('heat-map', 'light');

    await page.goto(`${opened.origin}/#/speak?symbols=${await commonPrefix(page)}`);
    await expect(page.getByRole('region', { name: 'Nearest images' }).getByRole('img').nth(5)).toBeVisible();
    await shoot('speak', 'light');

    await page.getByRole('link', { name: 'Vocabulary' }).click();
    const symbols = page.getByRole('listbox', { name: 'Symbols' }).getByRole('option', { name: /used/ });
    await symbols.nth(7).click();
    await shoot('vocabulary');
    await page.getByRole('radio', { name: 'Tree' }).check({ force: true });
    await expect(page.getByRole('group', { name: /by their first symbol$/ }).getByRole('img').nth(5)).toBeVisible();
    await shoot('tree', 'dark');
    await page.getByRole('radio', { name: 'Cards' }).check({ force: true });
    await symbols.nth(7).dblclick();
    await expect(page.getByRole('heading', { name: 'Directly before it' })).toBeVisible();
    await shoot('symbol', 'light');
    await page.keyboard.press('ControlOrMeta+k');
    await expect(page.getByRole('dialog', { name: 'Commands' })).toBeVisible();
    await shoot('palette', 'light');
    await page.keyboard.press('Escape');

    await page.getByRole('link', { name: 'Map' }).click();
    await expect(page.getByRole('application', { name: /^Map of 2,500 images/ })).toBeVisible();
    await shoot('map');

    await page.getByRole('link', { name: 'Training' }).click();
    await expect(page.getByRole('group', { name: /^Loss by prefix: \d+ points/ })).toBeVisible();
    await shoot('training');
    if (scheme === 'dark') return;
    await page.locator('body').press('i'); // the inspector away

    await page.getByRole('button', { name: 'New training' }).first().click();
    const form = page.getByRole('form', { name: 'New training' });
    await expect(form.getByRole('row', { name: /^400 steps/ })).toBeVisible();
    await form.getByRole('button', { name: /^Measure/ }).click();
    await expect(form.getByText(/^From \d+ real steps/)).toBeVisible({ timeout: 120_000 });
    await shoot('launch', 'light');

    await page.getByRole('link', { name: 'Training' }).click();
    await page.getByRole('button', { name: 'Sweeps' }).click();
    await page.getByRole('button', { name: 'New sweep' }).click();
    const sweep = page.getByRole('form', { name: 'New sweep' });
    await sweep.getByRole('textbox', { name: 'Name', exact: true }).fill('three sizes');
    await sweep.getByRole('radio', { name: 'tiny' }).check({ force: true });
    const steps = sweep.getByRole('textbox', { name: 'Steps', exact: true });
    if (await steps.count()) await steps.fill('400');
    await sweep.getByRole('button', { name: 'Start sweep' }).click();
    await expect(page.getByRole('group', { name: 'State of three sizes' })).toContainText('9 of 9 done', { timeout: 240_000 });
    await shoot('sweep', 'light');
    await page.getByRole('main').getByRole('link', { name: 'Compare runs' }).click();
    await expect(page.getByRole('group', { name: /^k-NN: 9 lines/ })).toBeVisible();
    await shoot('compare', 'light');
  });

/** A sequence with a wildcard that many images begin with, as an address has it. */
async function commonPrefix(page: Page): Promise<string> {
  await page.getByRole('link', { name: 'Images' }).click();
  const name = await page.getByRole('gridcell').first().getAttribute('aria-label');
  const [first, second] = name?.match(/\d+(?: \d+){7}/)?.[0].split(' ') ?? [];
  return `${first}.${second}.*`;
}

/** Six pictures of the collection, saved as files. */
async function samplePictures(page: Page, origin: string, folder: string): Promise<string[]> {
  const files: string[] = [];
  for (const [i, image] of [40, 300, 700, 1100, 1600, 2100].entries()) {
    const bytes = await page.evaluate(async (url) => [...new Uint8Array(await (await fetch(url)).arrayBuffer())], `${origin}/images/${image}/original`);
    const file = path.join(folder, `photo-${i + 1}.jpg`);
    fs.writeFileSync(file, Buffer.from(bytes));
    files.push(file);
  }
  return files;
}
