import { expect, test } from '../support/windows';

test('a sweep: chosen in the window, begun, seen to its table, and there after a restart', async ({ open, library }) => {
  const { page, close } = await open({ library });
  await page.getByRole('link', { name: 'Training' }).click();
  await page.getByRole('button', { name: 'Sweeps' }).click();
  await page.getByRole('button', { name: 'New sweep' }).click();
  const form = page.getByRole('form', { name: 'New sweep' });
  await form.getByRole('textbox', { name: 'Name', exact: true }).fill('sizes');
  await form.getByRole('radio', { name: 'tiny' }).check({ force: true });
  // One quantizer, two sizes, by the keyboard: a range, and what is no value is refused where it stands.
  const quantizers = form.getByRole('group', { name: 'Values of Quantizer' });
  for (const name of ['vector', 'sharpened']) await quantizers.getByRole('button', { name }).press('Enter');
  for (const value of ['64', '32', '16']) await form.getByRole('button', { name: `Take ${value} out` }).press('Enter');
  const sizes = form.getByRole('textbox', { name: 'Add values of Vocabulary' });
  await sizes.fill('1');
  await sizes.press('Enter');
  await expect(form.getByRole('alert').filter({ hasText: '1 is not a whole number from 2 to 4,096.' })).toBeVisible();
  await sizes.fill('8:12:4');
  await sizes.press('Enter');
  await expect(form.getByRole('heading', { name: '2 variants' })).toBeVisible();
  await expect(form.getByRole('list', { name: 'Variants' }).getByRole('listitem').first()).toContainText('GS 8');
  const cost = form.getByRole('complementary', { name: 'What it takes' });
  await expect(cost.getByRole('row', { name: 'Trainings 2' })).toBeVisible();
  await form.getByRole('button', { name: 'Start sweep' }).click();

  const state = page.getByRole('group', { name: 'State of sizes' });
  await expect(state).toContainText('2 of 2 done', { timeout: 60_000 });
  await expect(state).toContainText(/best so far GS \d+, k-NN \d+\.\d %/);
  const rows = page.getByRole('listbox', { name: 'Variants' }).getByRole('option');
  await expect(rows).toHaveCount(2);
  for (const size of [8, 12]) await expect(rows.filter({ hasText: `GS ${size}` })).toHaveAccessibleName(new RegExp(`^GS ${size}.*: done, step 20 / 20, 1 sym\\. \\d+\\.\\d %`));
  await expect(page.getByRole('group', { name: /^k-NN: 2 lines/ })).toBeVisible();
  await close();

  const { page: again } = await open({ library });
  await again.getByRole('link', { name: 'Training' }).click();
  await again.getByRole('button', { name: 'Sweeps' }).click();
  await again.getByRole('list', { name: 'Sweeps' }).getByRole('link', { name: /^sizes/ }).click();
  await expect(again.getByRole('group', { name: 'State of sizes' })).toContainText('2 of 2 done');
  await again.getByRole('option', { name: /^GS 8/ }).click();
  await again.keyboard.press('ArrowDown');
  await again.keyboard.press('Enter');
  await expect(again.getByRole('heading', { name: 'sizes: GS 12' })).toBeVisible();
});
