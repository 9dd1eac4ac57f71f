import os from 'node:os';
import path from 'node:path';
import { GlyphscopeError } from '../contract/errors';
import type { Collection } from '../contract/images';
import type { SweepGrid, SweepStatus } from '../contract/sweeps';
import { variantResult, type KnownVariant } from '../sweep/run-variant';
import type { SweepDocument } from '../sweep/sweep-document';
import { readSweepFolder, writeSweepFolder } from '../sweep/sweep-folder';
import { sweepTable } from '../sweep/table';
import { shownCell, shownColumns } from '../sweep/table-text';
import { runName, sweepVariants } from '../sweep/variants';
import { wholeNumber } from './arguments';
import { type Command, type Invocation, text } from './command';
import { type Client, withEngine } from './engine-connection';
import { followJob, noteFailures } from './follow-job';
import { findCollection } from './known-names';
import type { Output } from './output';
import { slurmFlags } from './slurm-flags';
import { SweepBoard } from './sweep-board';
import { trainingOptions } from './training-flags';
import { count, duration, table } from './wording';

/** Options of `sweep` and `ablate`. */
export const sweepOptions = (name: string): Command['options'] => ({
  collection: { value: 'NAME', required: true, help: 'The collection; with labels, each variant is evaluated.' },
  name: { value: 'SWEEP', help: `The sweep's name, which begins the names of its runs. The same command with the same name goes on with it. Default: ${name}.` },
  out: { value: 'DIR', help: 'Where table and figures go. Default: a folder of its name under sweeps/ in the library.' },
  parallel: { value: 'N', help: 'Runs trained at the same time. Default: one for each core, as far as memory allows; one on a GPU.' },
  ...slurmFlags,
  ...trainingOptions(),
});

/** Milliseconds between two writings of the folder while runs train. */
const writeEvery = 60_000;

export interface SweepCommand {
  name: string;
  grid: SweepGrid;
  /** Fields that all variants share, as given by the user. */
  settings: Readonly<Record<string, unknown>>;
}

/**
 * Trains, describes and evaluates every variant, several at a time, and writes table and figures as they come. A variant
 * that fails is reported in its row and the others go on.
 * @returns whether all are done  @throws GlyphscopeError CANCELLED after Ctrl-C, INVALID_INPUT for names and folders
 */
export async function runSweep(invocation: Invocation, { name, grid, settings }: SweepCommand): Promise<boolean> {
  const { out, signal, values } = invocation;
  const variants = sweepVariants(grid, settings);
  for (const variant of variants) runName(name, variant); // every name is looked at before anything is begun
  const folder = sweepFolder(invocation, name);
  readSweepFolder(folder, name);
  const parallel = values.parallel === undefined ? null : wholeNumber('parallel', String(values.parallel), 1, 1024);

  return withEngine(invocation, async (client) => {
    const collection = await findCollection(client, text(invocation, 'collection'));
    await computeFeatures(client, collection.id, invocation);
    const begun = await client.sweeps.start({ name, collection: collection.id, settings, grid, parallel, goOn: true });
    out.note(`${count(begun.variants.length)} variants, ${begun.parallel} at a time with ${begun.threads} ${begun.threads === 1 ? 'thread' : 'threads'} each; table and figures go to ${folder}`);
    const write = async (status: SweepStatus) => {
      const known = await results(client, collection, status);
      const document = documentOf(status, known, begun.parallel ?? 1);
      writeSweepFolder(folder, document, known.map(({ result, curves }) => ({ label: result.label, group: result.group, curves: curves ?? { steps: [], evaluations: [] } })));
      return document;
    };
    const ended = await write(await followSweep(client, begun, signal, out, write));
    if (signal.aborted) throw new GlyphscopeError('CANCELLED', 'The sweep was interrupted.', { subject: name, remedy: 'Run the same command again to go on: what was trained is kept.' });
    return report(ended, folder, begun, out);
  });
}

/** Where a sweep's table and figures go: --out, or its folder in the library. */
export function sweepFolder({ values, library }: Pick<Invocation, 'values' | 'library'>, name: string): string {
  return path.resolve(typeof values.out === 'string' ? values.out : path.join(library, 'sweeps', name));
}

/** Shows a sweep until it ends, and has it written now and then. A Ctrl-C stops it, which writes checkpoints. */
async function followSweep(client: Client, begun: SweepStatus, signal: AbortSignal, out: Output, write: (status: SweepStatus) => Promise<unknown>): Promise<SweepStatus> {
  const stop = () => void client.sweeps.stop({ sweep: begun.name }).catch(() => {}); // the watch tells that it has ended
  signal.addEventListener('abort', stop, { once: true });
  if (signal.aborted) stop();
  const board = new SweepBoard(out);
  let status = begun;
  let written = performance.now();
  let writing: Promise<void> | null = null;
  try {
    for await (status of await client.sweeps.watch({ sweep: begun.name })) {
      board.show(status);
      if (status.state !== 'running' && status.variants.every(({ state }) => state !== 'active')) break;
      if (writing || performance.now() - written < writeEvery) continue;
      writing = write(status)
        .then(() => undefined, (error: Error) => out.note(`Table and figures could not be written: ${error.message}`))
        .finally(() => {
          written = performance.now();
          writing = null;
        });
    }
    await writing;
    return status;
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

/** What is known of every variant; what went wrong with it stands in its result. */
function results(client: Client, collection: Collection, { name, variants }: SweepStatus): Promise<KnownVariant[]> {
  return Promise.all(
    variants.map(async ({ label, group, change, state, error }) => {
      const known = await variantResult(client, { sweep: name, collection, variant: { label, group, change } });
      return state === 'failed' ? { ...known, result: { ...known.result, state, error } } : known;
    }),
  );
}

function documentOf({ name, kind, collection, settings, seconds }: SweepStatus, known: readonly KnownVariant[], parallel: number): SweepDocument {
  return { format: 1, name, kind, collection, settings, parallel, cores: os.availableParallelism(), seconds, variants: known.map(({ result }) => result) };
}

/** Prints the table of an ended sweep. @returns whether all variants are done */
export function report(document: SweepDocument, folder: string, { parallel, threads }: Pick<SweepStatus, 'parallel' | 'threads'>, out: Output): boolean {
  const { name, kind, collection, seconds, variants } = document;
  const { columns, rows } = sweepTable(document);
  const done = variants.filter(({ state }) => state === 'done').length;
  const failed = variants.length - done;
  const shown = shownColumns({ columns, rows });
  const cells = rows.map((row) => shown.map((column) => shownCell(row[column.key], column)));
  const lines = [table(shown.map(({ title }) => title), cells), '', `${count(done)} of ${count(variants.length)} variants done in ${duration(seconds)}. Table and figures: ${folder}`];
  out.result({ name, kind, collection, folder, seconds, parallel, threads, done, failed, columns, rows }, lines.join('\n'));
  return failed === 0;
}

async function computeFeatures(client: Client, collection: number, { out, signal }: Invocation): Promise<void> {
  const { job } = await client.features.compute({ collection, views: true });
  noteFailures(await followJob(client, job, out, signal), out);
}
