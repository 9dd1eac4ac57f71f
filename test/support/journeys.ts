import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { expect } from '@playwright/test';
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

/** Imports a folder of images under its own name, on the page of images. */
export async function importFolder(opened: Opened, folder: string): Promise<void> {
  const { page, app } = opened;
  if (app) {
    await chooseInDialogs(opened, folder);
    await page.getByRole('button', { name: 'Import' }).first().click();
    await page.getByRole('button', { name: /^Folder of images/ }).click();
  } else await page.getByTestId('import-folder').first().setInputFiles(folder);
  await page.getByRole('dialog', { name: 'Import into a collection' }).getByRole('button', { name: 'Import' }).click();
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
