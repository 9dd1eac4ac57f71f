import type { Page } from '@playwright/test';
import { expect, test } from '../support/windows';

const form = (page: Page) => page.getByRole('form', { name: 'New training' });
const field = (page: Page, name: string) => form(page).getByRole('textbox', { name, exact: true });
const embedded = 'CIFAR-10, GS 128';

async function openForm(page: Page): Promise<void> {
  await page.getByRole('link', { name: 'Training' }).click();
  await page.getByRole('button', { name: 'New training' }).first().click();
  await form(page).getByRole('radio', { name: 'tiny' }).check({ force: true });
}
const openFile = (page: Page, text: string) => page.getByTestId('settings-file').setInputFiles({ name: 'settings.json', mimeType: 'application/json', buffer: Buffer.from(text) });

test('the form tells what is wrong at its field, takes settings from a file, and measures what the run would take', async ({ open, library }) => {
  const { page } = await open({ library });
  await openForm(page);
  await field(page, 'Length, symbols').fill('12');
  await expect(form(page).getByText('Enter a whole number from 1 to 8.')).toBeVisible();
  await expect(form(page).getByRole('button', { name: 'Start training' })).toBeDisabled();
  await openFile(page, '{"preset": "tiny", "steps": 0}');
  await expect(form(page).getByText(/^steps = 0: /)).toBeVisible();
  await openFile(page, '{"preset": "tiny", "steps": 7}');
  await expect(field(page, 'Steps')).toHaveValue('7');
  await expect(field(page, 'Length, symbols')).toHaveValue('4');
  await expect(form(page).getByRole('button', { name: 'Start training' })).toBeEnabled();

  const estimate = form(page).getByRole('complementary', { name: 'What it takes' });
  await expect(estimate.getByRole('row', { name: /^7 steps/ })).toBeVisible();
  await estimate.getByRole('button', { name: /^Measure/ }).click();
  await expect(estimate.getByText(/^From \d+ real steps of this configuration, timed just now/)).toBeVisible({ timeout: 60_000 });
  await expect(estimate.getByRole('row', { name: /^7 steps/ })).toContainText(/ s$/);
  await expect(estimate.getByRole('status')).toContainText(/ s$/);
});

test('a run gives its settings to a new one, and its weights to another, which trains', async ({ open, library }) => {
  const { page } = await open({ library });
  await page.getByRole('link', { name: 'Training' }).click();
  const useFor = async (what: RegExp) => {
    await page.getByRole('button', { name: `Use ${embedded} for …` }).click();
    await page.getByRole('button', { name: what }).click();
  };
  await useFor(/^Use these settings/);
  await expect(field(page, 'Vocabulary, symbols')).toHaveValue('128');
  await expect(form(page).getByText('1 setting differs from small')).toBeVisible(); // it was trained on one thread
  await form(page).getByRole('button', { name: 'Cancel' }).click();

  await useFor(/^Use as a start/);
  await form(page).getByRole('radio', { name: 'tiny' }).check({ force: true });
  await expect(field(page, 'Vocabulary, symbols')).toBeDisabled();
  await expect(field(page, 'Vocabulary, symbols')).toHaveValue('128');
  await expect(field(page, 'Steps')).toHaveValue('20');
  await form(page).getByRole('button', { name: 'Start training' }).click();
  await expect(page.getByText(`began as ${embedded} at step 400`)).toBeVisible();
  await expect(page.getByRole('group', { name: `State of ${embedded}, tuned` })).toContainText('finished', { timeout: 60_000 });
});
