import type { Invocation } from './command';
import { runSweep, type SweepCommand } from './run-sweep';
import { slurmRequest } from './slurm-flags';
import { runSlurmSweep } from './slurm-sweep';

/** Trains a sweep where its flags say: on this machine, or as jobs of Slurm. @returns whether all variants are done */
export async function trainSweep(invocation: Invocation, sweep: SweepCommand): Promise<boolean> {
  const slurm = slurmRequest(invocation);
  return slurm ? runSlurmSweep(invocation, sweep, slurm) : runSweep(invocation, sweep);
}
