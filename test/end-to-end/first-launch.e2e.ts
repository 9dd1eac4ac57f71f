import path from 'node:path';
import { expect, test } from '../support/windows';

test('a newcomer sees described images at once, and finds them again at the next start', async ({ open, folder }) => {
  test.setTimeout(240_000);
  const library = path.join(folder, 'new', 'library');
  const profile = path.join(folder, 'profile');
  const first = await open({ library, profile });
  const { page } = first;
  await expect(page.getByRole('heading', { level: 1, name: 'Images' })).toBeVisible();
  await expect(page.getByText(/^2,500 images described$/)).toBeVisible({ timeout: 180_000 });
  await expect(page.locator('main img').first()).toBeVisible();
  expect(await page.locator('main img').count()).toBeGreaterThan(10);
  await expect(page.getByLabel('Status')).toContainText('Connected');

  // An image of the grid shows its description and neighbours in the inspector.
  await page.locator('main img').first().click();
  const inspector = page.getByRole('complementary', { name: 'Inspector' });
  await expect(inspector.getByRole('heading', { name: 'Image' })).toBeVisible();
  await expect(inspector.getByText(/of 2,500 images, by the cosine of their embeddings/)).toBeVisible();
  await first.close();

  const again = await open({ library, profile });
  await expect(again.page.getByText(/^2,500 images described$/)).toBeVisible();
  await expect(again.page.locator('main img').first()).toBeVisible();
});

test('images are filtered by label, split and symbol prefix', async ({ open, library }) => {
  const { page } = await open({ library });
  await expect(page.getByText(/^2,500 images described$/)).toBeVisible();
  await page.getByRole('radio', { name: 'Test', exact: true }).check({ force: true });
  await expect(page.getByText('500 of 2,500 images')).toBeVisible();
  await page.getByRole('button', { name: 'Labels: All labels' }).click();
  await page.getByRole('checkbox', { name: /^cat/ }).check({ force: true });
  await expect(page.getByText('50 of 2,500 images')).toBeVisible();
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Clear search' }).first().click();
  await expect(page.getByText(/^2,500 images described$/)).toBeVisible();
  await page.getByRole('button', { name: 'Choose symbol 1' }).click();
  await page.getByRole('group', { name: /symbol/ }).getByRole('button').first().click();
  await expect(page.getByText(/^[\d,]+ of 2,500 images$/)).toBeVisible();
});
