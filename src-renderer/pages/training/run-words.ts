import type { RunFinding } from '../../../src-main/contract/health';
import type { Run, RunState } from '../../../src-main/contract/runs';
import type { IconName } from '../../widgets/icon-paths';

/** How something stands, as words and a sign; colour only repeats what they say. */
export interface WorkWords {
  words: string;
  icon: IconName;
  tone: 'live' | 'good' | 'bad' | 'quiet';
}

export const stateWords: Record<RunState, WorkWords> = {
  queued: { words: 'queued', icon: 'queue', tone: 'quiet' },
  preparing: { words: 'preparing', icon: 'reload', tone: 'live' },
  training: { words: 'training', icon: 'play', tone: 'live' },
  paused: { words: 'paused', icon: 'pause', tone: 'quiet' },
  finished: { words: 'finished', icon: 'check', tone: 'good' },
  stopped: { words: 'stopped', icon: 'stop', tone: 'quiet' },
  failed: { words: 'failed', icon: 'warning', tone: 'bad' },
  interrupted: { words: 'interrupted', icon: 'warning', tone: 'bad' },
};

/** Signs of a finding; colour only repeats what they say. */
export const findingSigns: Record<RunFinding['severity'], { words: string; icon: IconName }> = {
  serious: { words: 'Serious finding', icon: 'warning' },
  attention: { words: 'Finding', icon: 'attention' },
};

/** "few symbols in use, since step 1,200; 1 more stands". */
export function findingWords({ title, raisedAt, standing = 1 }: Pick<RunFinding, 'title' | 'raisedAt'> & { standing?: number }): string {
  return `${title}, since step ${count(raisedAt)}${standing > 1 ? `; ${count(standing - 1)} more ${standing === 2 ? 'stands' : 'stand'}` : ''}`;
}

/** Where resuming goes on: "Resuming goes on from the checkpoint of step 400; 12 steps are done again." */
function resumeSentence(run: Run): string {
  if (run.checkpointStep === null) return 'There is no checkpoint yet: resuming begins again.';
  const again = run.step - run.checkpointStep;
  return `Resuming goes on from the checkpoint of step ${count(run.checkpointStep)}${again > 0 ? `; ${count(again)} ${again === 1 ? 'step is' : 'steps are'} done again` : ''}.`;
}

const count = (n: number): string => n.toLocaleString('en-GB');

/** What the state means for the user, in one sentence or two; null where the charts say enough. */
export function stateSentence(run: Run): string | null {
  const step = count(run.step);
  switch (run.state) {
    case 'queued':
      return `Number ${run.queuePlace ?? 1} of the runs that wait: its turn comes when what is trained now, and what stands before it, is done.${run.checkpointStep === null ? '' : ` ${resumeSentence(run)}`}`;
    case 'preparing':
      return 'Features of the augmented views are computed first, once for this collection; then the training starts by itself.';
    case 'paused':
      return `Paused at step ${step}. ${resumeSentence(run)}`;
    case 'stopped':
      if (run.error?.code === 'COLLAPSED') return `The alarm stopped this run at step ${step}, as its setting “On collapse” asks. ${resumeSentence(run)}`;
      return `Stopped at step ${step}. What was learned stays usable. ${resumeSentence(run)}`;
    case 'interrupted':
      return run.error ? resumeSentence(run) : `Interrupted when Glyphscope ended. ${resumeSentence(run)}`;
    case 'failed':
      return run.usable ? resumeSentence(run) : null;
    default:
      return null;
  }
}

/** "just now", "12 min ago", "3 h ago", then the date. */
export function whenWords(milliseconds: number, now: number): string {
  const minutes = Math.floor((now - milliseconds) / 60_000);
  if (minutes < 1) return 'just now';
  if (minutes < 60) return `${minutes} min ago`;
  if (minutes < 24 * 60) return `${Math.floor(minutes / 60)} h ago`;
  return new Date(milliseconds).toLocaleDateString('en-GB', { day: 'numeric', month: 'short', year: 'numeric' });
}

/** "21 MB". */
export function bytesWords(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  const step = bytes < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(bytes) / 3));
  const value = bytes / 1000 ** step;
  return `${value >= 100 || step === 0 ? Math.round(value) : value.toPrecision(2)} ${units[step]}`;
}
