import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { expect, type Locator, type Page } from '@playwright/test';
import type { Opened } from './windows';

/** A Python that can run describe.py of an exported run; null where there is none. */
export function pythonWithOnnxRuntime(): string | null {
  try {
    execFileSync('python3', ['-c', 'import numpy, onnxruntime, PIL'], { stdio: 'ignore' });
    return 'python3';
  } catch {
    return null;
  }
}

/** Makes the shell's dialogs choose a path from now on; in a browser there are none. */
export async function chooseInDialogs({ app }: Opened, given: string): Promise<void> {
  await app?.evaluate(({ dialog }, chosen) => {
    dialog.showOpenDialog = () => Promise.resolve({ canceled: false, filePaths: [chosen] });
  }, given);
}

/** Chooses a folder of images to be imported, on the page of images; gives the dialog that asks into which collection. */
export async function chooseImport(opened: Opened, folder: string): Promise<Locator> {
  const { page, app } = opened;
  if (app) {
    await chooseInDialogs(opened, folder);
    await page.getByRole('button', { name: 'Import' }).first().click();
    await page.getByRole('button', { name: /^Folder of images/ }).click();
  } else await page.getByTestId('import-folder').first().setInputFiles(folder);
  return page.getByRole('dialog', { name: 'Import into a collection' });
}

/** Exports the run that is shown into a new folder; gives the run's own folder in it. A browser's archive stays beside it as `folder`.tar. */
export async function exportShownRun(opened: Opened, folder: string): Promise<string> {
  const { page, app } = opened;
  fs.mkdirSync(folder);
  await chooseInDialogs(opened, folder);
  await page.getByRole('button', { name: 'Export…' }).click();
  const dialog = page.getByRole('dialog', { name: /^Export/ });
  await expect(dialog.getByText('which comes with Glyphscope')).toBeVisible();
  if (app) {
    await dialog.getByRole('button', { name: 'Choose a folder …' }).click();
    await expect(dialog.getByText(/exported to/)).toBeVisible();
  } else {
    await dialog.getByRole('button', { name: 'Export', exact: true }).click();
    const [download] = await Promise.all([page.waitForEvent('download'), dialog.getByRole('list', { name: 'Files' }).getByRole('link').click()]);
    await download.saveAs(`${folder}.tar`);
    execFileSync('tar', ['-xf', `${folder}.tar`, '-C', folder]);
  }
  await dialog.getByRole('button', { name: 'Close' }).last().click();
  return path.join(folder, fs.readdirSync(folder)[0]);
}

/** Begins a training of the tiny preset from the form, on the collection that is shown. */
export async function train(page: Page, name: string, { steps, quantizer }: { steps: number; quantizer?: string }): Promise<void> {
  await page.getByRole('link', { name: 'Training', exact: true }).click();
  await page.getByRole('button', { name: 'New training' }).first().click();
  const form = page.getByRole('form', { name: 'New training' });
  await form.getByRole('radio', { name: 'tiny' }).check({ force: true });
  if (quantizer) await form.getByRole('combobox', { name: 'Quantizer' }).selectOption(quantizer);
  await form.getByRole('textbox', { name: 'Name', exact: true }).fill(name);
  await form.getByRole('textbox', { name: 'Steps', exact: true }).fill(String(steps));
  await form.getByRole('button', { name: 'Start training' }).click();
  await expect(page.getByRole('heading', { name, exact: true })).toBeVisible();
}

/** What the page of a run says of its state. */
export const stateOf = (page: Page, name: string) => page.getByRole('group', { name: `State of ${name}` });

/** The step that the page of a run says it is at. */
export const stepOf = async (page: Page, name: string) => Number(/step ([\d,]+) of/.exec((await stateOf(page, name).textContent()) ?? '')?.[1].replaceAll(',', '') ?? 0);
