import AxeBuilder from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { expect, test } from '../support/windows';

const list = (page: Page) => page.getByRole('listbox', { name: 'Symbols' });
const parts = (page: Page) => page.getByRole('group', { name: /by their (first|next) symbol$/ }).getByRole('button');
const images = async (page: Page) => Number(((await page.getByRole('navigation', { name: 'Prefix' }).textContent()) ?? '').match(/([\d,]+) images?/)?.[1].replaceAll(',', ''));
const view = (page: Page, name: string) => page.getByRole('radio', { name }).check({ force: true });

test('the table of all symbols is ordered by its heads, searched by label, and opens a symbol', async ({ open, library }) => {
  const { page } = await open({ library });
  await page.getByRole('link', { name: 'Vocabulary' }).click();
  await view(page, 'Table');
  await expect(list(page).getByRole('option').first()).toBeVisible();
  await page.getByRole('button', { name: 'Images', exact: true }).click();
  const used = await list(page).getByRole('option').evaluateAll((rows) => rows.map((row) => Number(/used in ([\d,]+)/.exec(row.getAttribute('aria-label') ?? '')?.[1].replaceAll(',', '') ?? 0)));
  expect(used.length).toBeGreaterThan(5);
  expect(used).toEqual([...used].sort((a, b) => b - a));
  await page.getByRole('textbox', { name: 'Number, name or label' }).fill('ship');
  await expect(list(page).getByRole('option').first()).toHaveAccessibleName(/mostly ship/);
  await list(page).getByRole('option').first().click();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('article', { name: /^Symbol \d+$/ }).getByRole('heading', { name: 'Directly after it' })).toBeVisible();
});

test("a symbol's page: images by position, what stands around it, labels, nearest symbols, the map", async ({ open, library }) => {
  const { page } = await open({ library });
  await page.getByRole('link', { name: 'Vocabulary' }).click();
  await list(page).getByRole('option', { name: /used in/ }).nth(3).dblclick();
  const article = page.locator('main').getByRole('article');
  const total = Number(((await article.getByText(/images have it/).textContent()) ?? '').match(/[\d,]+/)?.[0].replaceAll(',', ''));
  await expect(article.getByText(`${total.toLocaleString('en')} of 2,500 images are lit.`)).toBeVisible();
  await expect(article.getByRole('img', { name: /^Map of 2,500 images/ })).toBeVisible();
  const supports = await article.getByRole('table').filter({ has: page.getByRole('columnheader', { name: 'Label' }) }).locator('tbody td:nth-child(2)').allTextContents();
  expect(supports.map(Number).reduce((a, b) => a + b)).toBeLessThanOrEqual(total);
  await article.getByRole('button', { name: /^Symbol \d+, similarity/ }).first().click();
  await expect(article.getByRole('heading', { name: /^Typical as 1st symbol/ })).toBeVisible();
  await article.locator('.strip button').first().click();
  await expect(page.getByRole('complementary', { name: 'Inspector' }).getByRole('heading', { name: 'Image' })).toBeVisible();
});

test('the tree of prefixes: in by a click and by keys, back by Backspace and by the path', async ({ open, library }) => {
  const { page } = await open({ library });
  await page.getByRole('link', { name: 'Vocabulary' }).click();
  await view(page, 'Tree');
  await expect(parts(page).first()).toBeVisible();
  expect(await images(page)).toBe(2500);
  const inPart = async (index: number) => Number(/, ([\d,]+) image/.exec((await parts(page).nth(index).getAttribute('aria-label')) ?? '')?.[1].replaceAll(',', ''));
  const first = await inPart(0);
  await parts(page).first().click();
  await expect(page.getByRole('navigation', { name: 'Prefix' })).toContainText(`${first} image`);
  await expect(parts(page).first()).toBeFocused();
  await page.keyboard.press('ArrowRight');
  await expect(parts(page).first()).not.toBeFocused();
  const label = await page.evaluate(() => document.activeElement?.getAttribute('aria-label'));
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(/prefix=\d+\+\d+/);
  await page.keyboard.press('Backspace');
  await expect(page).toHaveURL(/prefix=\d+$/);
  await expect.poll(() => page.evaluate(() => document.activeElement?.getAttribute('aria-label'))).toBe(label);
  await page.getByRole('navigation', { name: 'Prefix' }).getByRole('button', { name: 'All images' }).click();
  await expect(page.getByRole('navigation', { name: 'Prefix' })).toContainText('2,500 images');
  const others = parts(page).filter({ hasText: /other \d+ symbols/ });
  const folded = Number(/other (\d+) symbols/.exec((await others.textContent()) ?? '')?.[1]);
  await others.click();
  await expect(page.getByRole('status').filter({ hasText: `${folded} parts` })).toHaveCount(1);
});

test('a name is given, shown everywhere, found, undone, and never given twice', async ({ open, library }) => {
  const { page } = await open({ library });
  await expect(page.getByText(/^2,500 images described$/)).toBeVisible();
  await page.evaluate(() => (location.hash = '#/vocabulary/symbol/7'));
  const field = page.getByRole('textbox', { name: 'Name of symbol 7' });
  await field.fill('morning sky');
  await field.press('Enter');
  await expect(page.getByText('Symbol 7 is called “morning sky”')).toBeVisible();
  await page.evaluate(() => (location.hash = '#/vocabulary/symbol/8'));
  const other = page.getByRole('textbox', { name: 'Name of symbol 8' });
  await other.fill('Morning SKY');
  await other.press('Enter');
  await expect(page.getByText('"morning sky" is the name of symbol 7 already.')).toBeVisible();

  await page.evaluate(() => (location.hash = '#/vocabulary'));
  await page.getByRole('textbox', { name: 'Number, name or label' }).fill('sky');
  await expect(list(page).getByRole('option')).toHaveCount(1);
  await list(page).getByRole('option').click();
  await expect(page.getByRole('complementary', { name: 'Inspector' }).getByRole('textbox', { name: 'Name of symbol 7' })).toHaveValue('morning sky');
  await page.keyboard.press('ControlOrMeta+k');
  await page.keyboard.type('morning');
  await expect(page.getByRole('option', { name: /Symbol 7: morning sky/ })).toBeVisible();
  await page.keyboard.press('Escape');

  await page.locator('body').press('ControlOrMeta+z');
  await expect(page.getByText('Undone: Named symbol 7 “morning sky”')).toBeVisible();
  await expect(page.getByRole('complementary', { name: 'Inspector' }).getByRole('textbox', { name: 'Name of symbol 7' })).toHaveValue('');
});

test('the command palette goes to pages, symbols and actions, and remembers', async ({ open, library }) => {
  const { page } = await open({ library });
  await expect(page.getByText(/^2,500 images described$/)).toBeVisible();
  const palette = page.getByRole('dialog', { name: 'Commands' });
  const run = async (text: string) => {
    await page.keyboard.press('ControlOrMeta+k');
    await expect(palette.getByRole('combobox')).toBeFocused();
    await page.keyboard.type(text);
    await page.keyboard.press('Enter');
    await expect(palette).toBeHidden();
  };
  await run('tree of pre');
  await expect(parts(page).first()).toBeVisible();
  await run('symbol 12');
  await expect(page.getByRole('heading', { level: 2, name: 'Symbol 12' })).toBeVisible();
  await run('look dark');
  expect(await page.evaluate(() => document.documentElement.dataset.theme)).toBe('dark');
  await run('all symbols');
  await expect(list(page)).toBeVisible();
  await page.keyboard.press('ControlOrMeta+k');
  await expect(palette.getByRole('option').first()).toContainText('Look: dark');
  await page.keyboard.press('ArrowDown');
  await expect(palette.getByRole('option', { selected: true })).toContainText('Symbol 12');
});

for (const scheme of ['light', 'dark'] as const)
  test(`views of the vocabulary, the palette, the keys and the table of the map are accessible, ${scheme}`, async ({ open, library }) => {
    const { page } = await open({ library, scheme });
    await expect(page.getByText(/^2,500 images described$/)).toBeVisible();
    const check = async (what: string) => {
      const { violations } = await new AxeBuilder({ page }).setLegacyMode(true).analyze();
      expect(violations.map(({ id, nodes }) => `${what}: ${id} at ${nodes.map(({ target }) => target.join(' ')).join(', ')}`)).toEqual([]);
    };
    const go = (rest: string) => page.evaluate((hash) => (location.hash = hash), `#/${rest}`);
    await go('vocabulary/table');
    await expect(list(page).getByRole('option').first()).toBeVisible();
    await check('table');
    await go('vocabulary/tree');
    await expect(parts(page).first()).toBeVisible();
    await check('tree');
    await go('vocabulary/symbol/12');
    await expect(page.getByRole('heading', { name: 'Directly before it' })).toBeVisible();
    await check('symbol');
    await page.keyboard.press('ControlOrMeta+k');
    await expect(page.getByRole('dialog', { name: 'Commands' })).toBeVisible();
    await check('palette');
    await page.keyboard.press('Escape');
    await page.locator('body').press('?');
    await expect(page.getByRole('dialog', { name: 'Keys' })).toBeVisible();
    await check('keys');
    await page.keyboard.press('Escape');
    await go('map');
    await page.getByRole('button', { name: 'As a table' }).click();
    const points = page.getByRole('listbox', { name: 'Points of the map' }).getByRole('option');
    await points.first().click();
    await page.keyboard.press('ArrowDown');
    await expect(points.nth(1)).toHaveAttribute('aria-selected', 'true');
    await expect(page.getByText('2,500 points')).toBeVisible();
    await check('table of the map');
  });
