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
  await expect(result.getByText('by embedding, of 2,500 images')).toBeVisible();
  await expect(result.getByLabel('Nearest images by embedding').getByRole('img').first()).toBeVisible();
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
