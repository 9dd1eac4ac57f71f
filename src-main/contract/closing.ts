import * as z from 'zod';

/**
 * What becomes of trainings when the window is closed: the engine stays until they are done; it ends, and they are offered
 * again at the next start; or they are stopped with a checkpoint.
 */
export const closingChoice = z.enum(['continue', 'pause', 'stop']);
export type ClosingChoice = z.infer<typeof closingChoice>;

export const whenClosing = z.enum(['ask', ...closingChoice.options]);
export type WhenClosing = z.infer<typeof whenClosing>;

export const closingWords: Record<WhenClosing, string> = {
  ask: 'Ask each time',
  continue: 'Keep training in the background',
  pause: 'Pause, and offer to go on at the next start',
  stop: 'Stop with a checkpoint',
};
