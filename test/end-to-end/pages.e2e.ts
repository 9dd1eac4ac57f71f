import AxeBuilder from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { expect, test } from '../support/windows';

const pages = ['Images', 'Describe', 'Speak', 'Vocabulary', 'Map', 'Training'] as const;

/** What a page shows once it is there. */
const sign = (page: Page, name: (typeof pages)[number]) =>
  ({
    Images: () => page.getByText(/^2,500 images described$/),
    Describe: () => page.getByText('Drop images or folders here'),
    Speak: () => page.getByText('Speak in symbols'),
    Vocabulary: () => page.getByRole('listbox', { name: 'Symbols' }).getByRole('option').first(),
    Map: () => page.getByRole('application', { name: /^Map of 2,500 images/ }),
    Training: () => page.getByRole('list', { name: 'Runs' }),
  })[name]();

test('every page is reached by the rail and by its key', async ({ open, library }) => {
  const { page } = await open({ library });
  for (const name of pages) {
    await page.getByRole('link', { name }).click();
    await expect(page.getByRole('heading', { level: 1, name })).toBeVisible();
    await expect(sign(page, name)).toBeVisible({ timeout: 60_000 });
  }
  for (const [index, name] of pages.entries()) {
    await page.keyboard.press(String(index + 1));
    await expect(page.getByRole('heading', { level: 1, name })).toBeVisible();
    if (name === 'Speak') await page.keyboard.press('Escape'); // there digits write symbols
  }
});

for (const scheme of ['light', 'dark'] as const)
  test(`every page is accessible, ${scheme}`, async ({ open, library }) => {
    const { page } = await open({ library, scheme });
    for (const name of pages) {
      await page.getByRole('link', { name }).click();
      await expect(sign(page, name)).toBeVisible({ timeout: 60_000 });
      expect(await page.evaluate(() => document.documentElement.dataset.theme)).toBe(scheme);
      const { violations } = await new AxeBuilder({ page }).setLegacyMode(true).analyze();
      expect(violations.map(({ id, nodes }) => `${name}: ${id} at ${nodes.map(({ target }) => target.join(' ')).join(', ')}`)).toEqual([]);
    }
  });

test('a symbol of the vocabulary leads to its images', async ({ open, library }) => {
  const { page } = await open({ library });
  await page.getByRole('link', { name: 'Vocabulary' }).click();
  await page.getByRole('listbox', { name: 'Symbols' }).getByRole('option', { name: /used/ }).first().click();
  const inspector = page.getByRole('complementary', { name: 'Inspector' });
  await expect(inspector.getByRole('heading', { name: 'Symbol', exact: true })).toBeVisible();
  await expect(inspector.getByRole('img').first()).toBeVisible();
});

test('the map shows an image under the pointer and opens it by a click', async ({ open, library }) => {
  const { page } = await open({ library });
  await page.getByRole('link', { name: 'Map' }).click();
  const map = page.getByRole('application', { name: /^Map of 2,500 images/ });
  await expect(map).toBeVisible({ timeout: 60_000 });
  await map.focus();
  await map.press('ArrowRight');
  await map.press('Enter');
  const inspector = page.getByRole('complementary', { name: 'Inspector' });
  await expect(inspector.getByRole('heading', { name: 'Image' })).toBeVisible();
});
