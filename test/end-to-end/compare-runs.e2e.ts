import path from 'node:path';
// @ts-expect-error a plain script without types
import { addRuns } from '../../bench/ui/runs-library.mjs';
import { expect, test } from '../support/windows';

test('runs are chosen by keys and compared: curves, groups, figures, settings, scatter, report', async ({ open, library }) => {
  addRuns(library, { runs: 6, steps: 300, evaluateEvery: 50 });
  const { page } = await open({ library });
  await page.getByRole('link', { name: 'Training' }).click();
  const list = page.getByRole('list', { name: 'Runs' });
  await page.getByRole('textbox', { name: 'Search the runs' }).fill('grid 16');
  await expect(list.getByRole('link')).toHaveCount(2); // "VQ 16" and "GS 16"
  await page.getByRole('textbox', { name: 'Search the runs' }).fill('grid');
  await expect(list.getByRole('link')).toHaveCount(6);
  await list.getByRole('link').first().focus();
  await page.keyboard.press(' ');
  await page.keyboard.press('Shift+ArrowDown');
  await page.keyboard.press('Shift+ArrowDown');
  await expect(page.getByRole('toolbar', { name: 'Chosen runs' })).toContainText('3 chosen');
  await page.keyboard.press('c');
  const comparison = page.getByRole('region', { name: 'Comparison of runs' });
  await expect(comparison.getByRole('heading', { name: '3 runs' })).toBeVisible();
  await expect(comparison.getByRole('group', { name: /^Loss: 3 lines/ })).toBeVisible();

  await list.getByRole('link').first().focus();
  await page.keyboard.press('ControlOrMeta+a');
  await expect(comparison.getByRole('group', { name: /^Loss: 6 lines/ })).toBeVisible();
  await comparison.getByRole('checkbox', { name: /^Draw / }).first().uncheck();
  await expect(comparison.getByRole('group', { name: /^Loss: 5 lines/ })).toBeVisible();
  await comparison.getByLabel('Group by').selectOption('quantizer');
  await expect(comparison.getByRole('group', { name: /^Loss: 2 lines/ })).toBeVisible();
  await comparison.getByRole('button', { name: 'Loss as a table' }).click();
  await expect(comparison.getByRole('region', { name: 'Loss, values' }).getByRole('columnheader')).toHaveText(['step', 'gumbel', 'vector']);

  await comparison.getByRole('radio', { name: 'Figures' }).check({ force: true });
  const figures = comparison.getByRole('region', { name: 'Figures of the runs' });
  const column = (await figures.getByRole('columnheader').allInnerTexts()).findIndex((text) => text.startsWith('Loss')) - 1;
  await figures.getByRole('button', { name: 'Loss', exact: true }).click();
  const losses = (await figures.locator(`tbody tr td:nth-of-type(${column + 1})`).allInnerTexts()).map((text) => Number(text.replace('best: ', '')));
  expect(losses).toHaveLength(6);
  expect([...losses].sort((a, b) => a - b)).toEqual(losses);

  await comparison.getByRole('radio', { name: 'Settings' }).check({ force: true });
  const settings = comparison.getByRole('region', { name: 'Settings of the runs' });
  await expect(settings.getByRole('rowheader')).toHaveText(['Quantizer', 'Vocabulary']);

  await comparison.getByRole('radio', { name: 'Scatter' }).check({ force: true });
  await comparison.getByRole('combobox', { name: 'Across', exact: true }).selectOption({ label: 'Vocabulary' });
  await comparison.getByRole('combobox', { name: 'Up', exact: true }).selectOption({ label: 'k-NN, best' });
  const point = comparison.getByRole('link', { name: /^VQ 16, seed 0: Vocabulary 16, k-NN, best \d/ });
  await expect(comparison.getByRole('link', { name: /: Vocabulary \d+/ })).toHaveCount(6);
  await point.focus();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { name: 'grid: VQ 16, seed 0' })).toBeVisible();

  await page.goBack();
  await comparison.getByRole('radio', { name: 'Report' }).check({ force: true });
  await expect(comparison.getByRole('table', { name: 'Table of grid' })).toContainText('GS 256, seed 0');
  await expect(comparison.getByRole('img', { name: /^Teacher entropy/ })).toBeVisible();
});

test('a star and a note are kept, found, and undone', async ({ open, library, folder }) => {
  addRuns(library, { runs: 2, steps: 20, evaluateEvery: 10 });
  const first = await open({ library, profile: path.join(folder, 'profile') });
  const { page } = first;
  await page.getByRole('link', { name: 'Training' }).click();
  const list = page.getByRole('list', { name: 'Runs' });
  await list.getByRole('link', { name: /GS 16, seed 0/ }).click();
  await list.getByRole('link', { name: /GS 16, seed 0/ }).focus();
  await page.keyboard.press('s');
  await expect(page.getByRole('button', { name: 'Take the star from grid: GS 16, seed 0' }).first()).toBeVisible();
  await page.getByRole('button', { name: 'Runs with a star first' }).click();
  await expect(list.getByRole('link').first()).toContainText('GS 16');
  const note = page.getByRole('textbox', { name: 'Note' });
  await note.fill('steady from step 10 on');
  await expect(page.getByText('saved', { exact: true })).toBeVisible();
  await note.fill('steady from step 10 on, keep');
  await expect(page.getByText('saved', { exact: true })).toBeVisible();
  await first.close();

  const { page: again } = await open({ library, profile: path.join(folder, 'profile') });
  await again.getByRole('link', { name: 'Training' }).click();
  await again.getByRole('textbox', { name: 'Search the runs' }).fill('keep');
  const runs = again.getByRole('list', { name: 'Runs' });
  await expect(runs.getByRole('link')).toHaveCount(1);
  await runs.getByRole('link').click();
  await expect(again.getByRole('textbox', { name: 'Note' })).toHaveValue('steady from step 10 on, keep');
  await runs.getByRole('link').focus();
  await again.keyboard.press('ControlOrMeta+z');
  await expect(again.getByRole('textbox', { name: 'Note' })).toHaveValue('');
  await again.keyboard.press('ControlOrMeta+z');
  await expect(again.getByRole('button', { name: 'Star grid: GS 16, seed 0' }).first()).toBeVisible();
});
