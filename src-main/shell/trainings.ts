import { dialog, type BrowserWindow } from 'electron';
import { closingWords, type ClosingChoice } from '../contract/closing';
import { askEngine } from './engine-client';
import type { EngineAddress } from './engine-process';

/** Milliseconds that an engine may take to answer before the window closes without asking. */
const answerLimit = 5_000;

/** Runs that are trained or wait for it; none when the engine does not answer. */
export async function liveTrainings(engine: EngineAddress): Promise<string[]> {
  const runs = await askEngine(engine, (client) => client.runs.list(undefined, { signal: AbortSignal.timeout(answerLimit) })).catch(() => []);
  return runs.filter(({ state }) => state === 'queued' || state === 'preparing' || state === 'training').map(({ name }) => name);
}

/** Asks what becomes of trainings now that the window is closed; null: the window stays. */
export async function askHowToClose(window: BrowserWindow, names: readonly string[]): Promise<{ choice: ClosingChoice; always: boolean } | null> {
  const choices: readonly ClosingChoice[] = ['continue', 'pause', 'stop'];
  const { response, checkboxChecked } = await dialog.showMessageBox(window, {
    type: 'question',
    message: names.length === 1 ? `“${names[0]}” is not trained yet.` : `${names.length} runs are not trained yet.`,
    detail: 'In the background it goes on without a window, is found again at the next start, and ends by itself when all is trained.',
    buttons: [...choices.map((choice) => closingWords[choice]), 'Cancel'],
    defaultId: 0,
    cancelId: choices.length,
    checkboxLabel: 'Do this each time (File menu: When closing)',
    noLink: true,
  });
  const choice = choices.at(response);
  return response === choices.length || !choice ? null : { choice, always: checkboxChecked };
}
