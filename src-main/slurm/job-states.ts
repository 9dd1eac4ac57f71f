/**
 * Slurm's words for the state of a job (squeue(1), "JOB STATE CODES") that mean its end. Every other word, also one that a
 * later Slurm may bring, is a job that Slurm still has: nothing is submitted twice because a word was not understood.
 */
const ends: ReadonlySet<string> = new Set([
  'BOOT_FAIL',
  'CANCELLED',
  'COMPLETED',
  'DEADLINE',
  'FAILED',
  'LAUNCH_FAILED',
  'NODE_FAIL',
  'OUT_OF_MEMORY',
  'PREEMPTED',
  'RECONFIG_FAIL',
  'REVOKED',
  'TIMEOUT',
]);

/** Whether Slurm still has the job: it waits, runs, or is being put away. */
export const isActive = (state: string): boolean => !ends.has(state);

const words: Readonly<Record<string, string>> = {
  CANCELLED: 'was cancelled',
  COMPLETED: 'ended without a result',
  FAILED: 'ended with an error',
  NODE_FAIL: 'lost its node',
  OUT_OF_MEMORY: 'ran out of memory',
  PREEMPTED: 'was preempted',
  TIMEOUT: 'reached its time limit',
};

/** What became of a job, to follow its name: "reached its time limit (TIMEOUT)". */
export function howItEnded(state: string | null): string {
  if (state === null) return 'is no longer known to Slurm';
  return words[state] ? `${words[state]} (${state})` : `ended as ${state}`;
}

/** What a job that has not ended is doing, for the live table: "queued (Resources)". */
export function whatItDoes({ state, reason }: { state: string; reason: string }): string {
  const because = reason === '' || reason === 'None' ? '' : ` (${reason})`;
  if (state === 'PENDING') return `queued${because}`;
  return state === 'RUNNING' ? 'starting' : `${state.toLowerCase().replaceAll('_', ' ')}${because}`;
}
