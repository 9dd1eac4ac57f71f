import path from 'node:path';
import { writeBrokenFolder, writePictures } from '../support/images';
import { chooseImport } from '../support/journeys';
import { dropPaths, expect, test } from '../support/windows';

test('a folder chosen in the dialog becomes a collection with labels, and is described', async ({ open, library, folder }) => {
  const chosen = path.join(folder, 'shapes');
  await writePictures(chosen, 12, ['train/round', 'train/square', 'test/round', 'test/square']);
  const opened = await open({ library });
  const { page } = opened;
  await expect(page.getByText(/^2,500 images described$/)).toBeVisible();
  const dialog = await chooseImport(opened, chosen);
  await expect(dialog.getByLabel('Collection')).toHaveValue('shapes');
  await dialog.getByRole('button', { name: 'Import' }).click();
  await expect(page.getByText('12 images', { exact: true })).toBeVisible();
  await page.getByRole('button', { name: /^Describe all with/ }).click();
  await expect(page.getByText('12 images described')).toBeVisible();
  await page.getByRole('radio', { name: 'Test', exact: true }).check({ force: true });
  await expect(page.getByText('6 of 12 images')).toBeVisible();
});

test('a folder dropped on Images is imported; what cannot be read is listed by name and reason', async ({ open, library, folder }) => {
  const mixed = path.join(folder, 'mixed');
  const broken = await writeBrokenFolder(mixed);
  const opened = await open({ library });
  const { page } = opened;
  await expect(page.getByText(/^2,500 images described$/)).toBeVisible();
  await dropPaths(opened, '[data-testid=drop-zone]', [mixed]);
  await page.getByRole('dialog', { name: 'Import into a collection' }).getByRole('button', { name: 'Import' }).click();
  await expect(page.getByText('2 images', { exact: true })).toBeVisible();
  await page.getByRole('button', { name: `${broken.length} could not be read: show` }).first().click();
  const list = page.getByRole('dialog', { name: `${broken.length} files could not be read` });
  for (const name of broken) await expect(list.getByText(name)).toBeVisible();
});
