import type { Estimate, EstimatePart, Expected } from '../../../src-main/contract/estimate';
import { formatCount, formatDuration } from '../../charts/number-format';
import { bytesWords } from './run-words';

/** "12 s to 15 s", "1 min to 1 min 10 s", "under 1 s"; one value where both ends read alike. */
export function secondsWords({ low, high }: Expected): string {
  if (high < 1) return 'under 1 s';
  const [from, to] = [roughly(low), roughly(high)];
  return from === to ? `about ${to}` : low < 1 ? `up to ${to}` : `${from} to ${to}`;
}

/** To the second under a minute, to five seconds under ten minutes, to the minute above: no finer than a range means. */
function roughly(seconds: number): string {
  const grain = seconds < 60 ? 1 : seconds < 600 ? 5 : 60;
  const rounded = Math.round(seconds / grain) * grain;
  return formatDuration(rounded).replace(/ (00|0) (s|min)$/, '');
}

/** "0.9 GB to 1.1 GB". */
export function bytesRange({ low, high }: Expected): string {
  const [from, to] = [bytesWords(low), bytesWords(high)];
  return from === to ? to : `${from} to ${to}`;
}

const number = (count: number, one: string, many: string) => `${formatCount(count)} ${count === 1 ? one : many}`;

/** What a row of the estimate is about. */
export function partWords({ part, count }: EstimatePart): string {
  switch (part) {
    case 'features':
      return count === 0 ? 'Teacher features' : number(count, 'teacher encoding', 'teacher encodings');
    case 'start':
      return 'Loading';
    case 'preparation':
      return 'Map, codes, readout';
    case 'steps':
      return number(count, 'step', 'steps');
    case 'evaluations':
      return count > 0 ? `${formatCount(count)} × k-NN` : 'k-NN';
    case 'checkpoints':
      return number(count, 'checkpoint', 'checkpoints');
  }
}

/** What stands in place of a time that is 0, or is not known. */
export function partTime({ part, count, seconds }: EstimatePart, beginning: Estimate['beginning']): string {
  if (part === 'preparation' && beginning === 'kept') return 'kept';
  if (part === 'preparation' && beginning === 'weights') return 'not needed';
  if (part === 'features' && count === 0) return 'cached';
  if (count === 0) return 'none';
  return seconds ? secondsWords(seconds) : 'not measured';
}

/** "12 timed": from how many of them the time was reckoned. Null where nothing was timed, or all of it. */
export function timedWords({ part, count, timed }: EstimatePart): string | null {
  return timed === 0 || timed >= count || part === 'start' || part === 'preparation' ? null : `${formatCount(timed)} timed`;
}

/** Which teacher features are not cached; null when all are. */
export function missingWords({ missing }: Estimate): string | null {
  const { clean, views, cleanTokens, viewTokens, images, teacher } = missing;
  if (images === 0) return null;
  const kinds = [clean > 0 && `${number(clean, 'image', 'images')}`, views > 0 && `the views of ${formatCount(views)}`, Math.max(cleanTokens, viewTokens) > 0 && `the tokens of ${formatCount(Math.max(cleanTokens, viewTokens))}`].filter(Boolean);
  return `Not cached yet, by ${teacher}: features of ${kinds.join(', ')}. They are computed once, before the first step.`;
}

/** How the times were found. */
export function rehearsalWords({ rehearsal }: Estimate, now: number): string {
  if (!rehearsal) return 'Nothing of this configuration was timed on this machine yet.';
  const minutes = Math.round((now - rehearsal.at) / 60_000);
  const when = minutes < 1 ? 'just now' : minutes < 120 ? `${number(minutes, 'minute', 'minutes')} ago` : `on ${new Date(rehearsal.at).toLocaleDateString('en-GB', { day: 'numeric', month: 'short', year: 'numeric' })}`;
  const beside = rehearsal.beside > 0 ? `, beside ${number(rehearsal.beside, 'other training', 'other trainings')}` : '';
  return `From ${number(rehearsal.steps, 'real step', 'real steps')} of this configuration, timed ${when}${beside}, with ${rehearsal.backend}.`;
}

/** What does not fit: null when all does. */
export function shortageWords({ memory, disk }: Estimate): string | null {
  const needed = disk.features + (disk.checkpoints ?? 0) + disk.embeddings;
  if (needed > disk.free) return `The disk has ${bytesWords(disk.free)} free: too little.`;
  return memory.training && memory.training.low > memory.total ? `The machine has ${bytesWords(memory.total)} of memory: too little. Lower the micro-batch.` : null;
}
