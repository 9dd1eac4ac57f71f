import type { SlurmOptions } from './options';

export interface BatchScriptRequest {
  /** The sweep's name, for a reader. */
  sweep: string;
  jobName: string;
  /** Absolute path of the work folder, the same on all nodes. */
  work: string;
  /** Where the script itself lies, and where the jobs' output goes. */
  script: string;
  logs: string;
  options: SlurmOptions;
  /** Node and the built command line that each job runs. */
  node: string;
  cli: string;
  /** Variables that each job sets, whatever environment it was submitted from. */
  environment: Readonly<Record<string, string>>;
}

/** Everything that a job asks of Slurm, as long arguments of sbatch: name and value, or an argument as the user gave it. */
export function batchArguments({ jobName, logs, options }: Pick<BatchScriptRequest, 'jobName' | 'logs' | 'options'>): (readonly [name: string, value: string] | readonly [argument: string])[] {
  const asked: [string, string | number | null][] = [
    ['--job-name', jobName],
    ['--output', `${logs.replaceAll('%', '%%')}/%A_%a.log`],
    ['--open-mode', 'append'],
    ['--nodes', 1],
    ['--ntasks', 1],
    ['--cpus-per-task', options.cpusPerTask],
    ['--partition', options.partition],
    ['--time', options.time],
    ['--mem', options.mem],
    ['--gres', options.gres],
    ['--account', options.account],
  ];
  return [...asked.flatMap(([name, value]) => (value === null ? [] : [[name, String(value)] as const])), ['--requeue'], ...options.sbatchArguments.map((argument) => [argument] as const)];
}

/**
 * The batch script of a sweep: each element of the array trains the variant of its number. The program takes the shell's
 * place, so that Slurm's signals reach it; `--requeue` and `--open-mode=append` let Slurm itself begin a job again after a
 * failure of its node.
 */
export function batchScript(request: BatchScriptRequest): string {
  const { sweep, work, script, options, node, cli, environment } = request;
  return [
    '#!/bin/bash',
    `# The sweep "${sweep}" of Glyphscope: element n of the array trains variant n of plan.json.`,
    '# Written by `glyphscope sweep --slurm`, which submits it for the variants that are not done, as this does for the first four:',
    `#   sbatch --array=1-4 ${quoted(script)}`,
    ...batchArguments(request).map(([name, value]) => `#SBATCH ${name}${value === undefined ? '' : `=${directive(value)}`}`),
    '',
    ...options.modules.map((name) => `module load ${quoted(name)}`),
    ...Object.entries(environment).map(([name, value]) => `export ${name}=${quoted(value)}`),
    `exec ${quoted(node)} ${quoted(cli)} slurm-task --work ${quoted(work)}`,
    '',
  ].join('\n');
}

/** A word of a shell's command line. */
const quoted = (word: string): string => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`);

/** A value of an #SBATCH line, which knows double quotes and backslashes. */
const directive = (value: string): string => (/^[\w@%+=:,./-]+$/.test(value) ? value : `"${value.replace(/["\\]/g, '\\$&')}"`);
