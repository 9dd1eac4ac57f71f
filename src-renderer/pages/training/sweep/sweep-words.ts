import { fieldWord } from '../../../../src-main/contract/grid-values';
import type { SweepState, SweepStatus, SweepVariant, VariantStatus } from '../../../../src-main/contract/sweeps';
import type { FieldName, FormField } from '../config-form';
import type { WorkWords } from '../run-words';

export const sweepWords: Record<SweepState, WorkWords> = {
  running: { words: 'running', icon: 'play', tone: 'live' },
  elsewhere: { words: 'trained as jobs of Slurm', icon: 'queue', tone: 'live' },
  stopped: { words: 'stopped', icon: 'stop', tone: 'quiet' },
  done: { words: 'done', icon: 'check', tone: 'good' },
};

/** Whether nothing of a sweep waits: what is not done has failed. */
export const isOver = ({ variants }: Pick<SweepStatus, 'variants'>): boolean => variants.every(({ state }) => state === 'done' || state === 'failed');

/** The state of a sweep that may have come to its end without all being done. */
export const stateWords = (status: Pick<SweepStatus, 'state' | 'variants'>): WorkWords =>
  status.state === 'stopped' && isOver(status) ? { words: 'ended', icon: 'attention', tone: 'bad' } : sweepWords[status.state];

/** One that is worked on says what it is at. */
export function variantWords({ state, phase }: Pick<VariantStatus, 'state' | 'phase'>): WorkWords {
  switch (state) {
    case 'waiting':
      return { words: phase, icon: 'queue', tone: 'quiet' };
    case 'active':
      return { words: phase, icon: phase === 'paused' ? 'pause' : 'play', tone: 'live' };
    case 'done':
      return { words: 'done', icon: 'check', tone: 'good' };
    case 'stopped':
      return { words: phase, icon: 'stop', tone: 'quiet' };
    case 'failed':
      return { words: 'failed', icon: 'warning', tone: 'bad' };
  }
}

/** "Vocabulary 64, Seed 1": what makes a variant differ from the others. */
export function differenceWords({ change }: Pick<SweepVariant, 'change'>, fields: readonly FormField[]): string {
  const words = (Object.keys(change) as FieldName[]).map((key) => `${fields.find(({ name }) => name === key)?.label ?? key} ${fieldWord(change[key]!)}`);
  return words.length === 0 ? 'nothing: the settings as they are' : words.join(', ');
}
