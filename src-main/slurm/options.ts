import * as z from 'zod';

/** Text that stands on one line of a batch script: whatever else is in it, it cannot begin a line of its own. */
const oneLine = z
  .string()
  .trim()
  .min(1, 'is empty')
  .regex(/^[^\p{Cc}]*$/u, 'has a line break or another control character');

/** What the jobs of a sweep ask Slurm for; null: what the site gives. */
export const slurmOptions = z.object({
  partition: oneLine.nullable(),
  /** Limit of one job, as Slurm writes it: "30", "4:00:00", "1-12:00". */
  time: oneLine.nullable(),
  /** Memory of one job: "8G". */
  mem: oneLine.nullable(),
  gres: oneLine.nullable(),
  account: oneLine.nullable(),
  cpusPerTask: z.int().min(1),
  /** Jobs that run at the same time; null: as many as Slurm has room for. */
  atOnce: z.int().min(1).nullable(),
  /** Environment modules that each job loads first. */
  modules: z.array(oneLine),
  /** More arguments of sbatch, each as it would stand on its command line. */
  sbatchArguments: z.array(oneLine.regex(/^-/, 'begins with no dash')),
});
export type SlurmOptions = z.infer<typeof slurmOptions>;
