import type { Invocation } from './command';
import { runSweep, type SweepCommand } from './run-sweep';
import { slurmRequest } from './slurm-flags';

/** Trains a sweep where its flags say: on this machine, or as jobs of Slurm. @returns whether all variants are done */
export async function trainSweep(invocation: Invocation, sweep: SweepCommand): Promise<boolean> {
  const slurm = slurmRequest(invocation);
  if (!slurm) return runSweep(invocation, sweep);
  const { runSlurmSweep } = await import('./slurm-sweep'); // with what it opens of the library itself
  return runSlurmSweep(invocation, sweep, slurm);
}
