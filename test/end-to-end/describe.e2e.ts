import fs from 'node:fs';
import path from 'node:path';
import type { Page } from '@playwright/test';
import { picture, writeBrokenFolder, writePictures } from '../support/images';
import { dropPaths, expect, test } from '../support/windows';

/** Eight numbers of symbols. */
const symbols = '\\d+( \\d+){7}';
const rows = (page: Page) => page.getByRole('listbox', { name: 'Files' }).getByRole('option');

async function goToDescribe(page: Page): Promise<void> {
  await page.getByRole('link', { name: 'Describe' }).click();
  await expect(page.getByText('Drop images or folders here')).toBeVisible();
}

test('a dropped image shows its symbols and its nearest neighbours', async ({ open, library, folder }) => {
  const file = path.join(folder, 'bands.png');
  fs.writeFileSync(file, await picture(3));
  const opened = await open({ library });
  const { page } = opened;
  await goToDescribe(page);
  await dropPaths(opened, '[data-testid=drop-zone]', [file]);
  await expect(page.getByRole('option', { name: new RegExp(`^bands.png: ${symbols}$`) })).toBeVisible();
  const result = page.getByRole('region', { name: 'Result for bands.png' });
  await expect(result.getByText('48 × 48 pixels')).toBeVisible();
  await expect(result.getByText('12 of 2,500 images, by the cosine of their embeddings')).toBeVisible();
  await expect(result.getByRole('list', { name: 'Neighbours' }).getByRole('img').first()).toBeVisible();
  for (const length of [1, 2, 4, 8]) await expect(result.getByRole('region', { name: new RegExp(`^After ${length} symbol`) }).getByRole('button', { name: /similarity/ })).toHaveCount(6);
});

test('a symbol is explained: alternatives with what would follow, and a heat map that goes with the position', async ({ open, library, folder }) => {
  const file = path.join(folder, 'bands.png');
  fs.writeFileSync(file, await picture(3));
  const opened = await open({ library });
  const { page } = opened;
  await goToDescribe(page);
  await dropPaths(opened, '[data-testid=drop-zone]', [file]);
  const result = page.getByRole('region', { name: 'Result for bands.png' });
  await result.getByRole('tab', { name: /^Position 2:/ }).click();
  const alternatives = result.getByRole('tabpanel');
  await expect(alternatives.getByText('Position 2: the five likeliest symbols, given the symbol before')).toBeVisible();
  await expect(alternatives.getByRole('button', { name: /^Look at symbol/ })).toHaveCount(5);
  await expect(alternatives.getByRole('button', { name: /^Speak the description with/ })).toHaveCount(5);

  await result.getByRole('button', { name: 'Why this symbol' }).click();
  const heat = result.getByRole('img', { name: /^Heat map of symbol \d+: it is .* without row \d, column \d of 8 × 8 patches$/ });
  await expect(heat).toBeVisible();
  const second = await heat.getAttribute('aria-label');
  await page.getByRole('tab', { name: /^Position 2:/ }).press('ArrowRight');
  await expect(heat).not.toHaveAttribute('aria-label', second!);
  await result.getByRole('button', { name: 'Table' }).click();
  await expect(result.getByRole('region', { name: 'Heat map as a table' }).getByRole('cell')).toHaveCount(64);

  // The same bytes again, under another name, are known already.
  const copy = path.join(folder, 'copy.png');
  fs.copyFileSync(file, copy);
  await dropPaths(opened, '[data-testid=drop-zone]', [copy]);
  await page.getByRole('option', { name: /^copy.png: \d/ }).click();
  await expect(page.getByText('known already')).toBeVisible();
  await page.getByRole('region', { name: 'Result for copy.png' }).getByRole('button', { name: 'Speak this' }).click();
  await expect(page.getByRole('listbox', { name: /^Sequence.*(\d+ ){7}\d+$/ })).toBeVisible();
});

test('a dropped folder with broken files: the good ones are described, each broken one says why', async ({ open, library, folder }) => {
  const mixed = path.join(folder, 'mixed');
  const broken = await writeBrokenFolder(mixed);
  const opened = await open({ library });
  const { page } = opened;
  await goToDescribe(page);
  await dropPaths(opened, '[data-testid=drop-zone]', [mixed]);
  await expect(page.getByText(`2 of ${2 + broken.length} described, ${broken.length} failed`)).toBeVisible();
  for (const [name, reason] of Object.entries({ 'empty.png': /empty/i, 'text.png': /not an image/i, 'truncated.jpg': /truncated|cut short|damaged|ends/i, 'huge.png': /pixels/i }))
    await expect(page.getByRole('option', { name: new RegExp(`${name}: `) })).toContainText(reason);
  await page.getByRole('radio', { name: /Failed/ }).check({ force: true });
  await expect(rows(page)).toHaveCount(broken.length);
});

test('images are described from the file dialog and from the clipboard', async ({ open, library, folder }) => {
  await writePictures(folder, 3);
  const { page } = await open({ library });
  await goToDescribe(page);
  await page.getByTestId('describe-files').setInputFiles([0, 1, 2].map((i) => path.join(folder, `picture-${i}.png`)));
  await expect(page.getByText('3 of 3 described')).toBeVisible();
  const bytes = [...(await picture(8))];
  await page.evaluate((given) => {
    const data = new DataTransfer();
    data.items.add(new File([new Uint8Array(given)], 'image.png', { type: 'image/png' }));
    window.dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }));
  }, bytes);
  await expect(page.getByText('4 of 4 described')).toBeVisible();
  await page.getByRole('button', { name: 'Clear' }).click();
  await expect(page.getByText('Drop images or folders here')).toBeVisible();
});
