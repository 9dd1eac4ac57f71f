import os from 'node:os';
import path from 'node:path';
import { GlyphscopeError, toErrorDetail } from '../contract/errors';
import { resolveConfig } from '../contract/presets';
import type { Curves } from '../contract/runs';
import { onGpu, planParallel } from '../sweep/parallelism';
import type { SweepDocument, VariantResult } from '../sweep/sweep-document';
import { readSweepFolder, writeSweepFolder } from '../sweep/sweep-folder';
import { sweepTable } from '../sweep/table';
import { shownCell, shownColumns } from '../sweep/table-text';
import { runName, type Variant } from '../sweep/variants';
import { wholeNumber } from './arguments';
import { type Command, type Invocation, text } from './command';
import { type Client, errorOf, withEngine } from './engine-connection';
import { followJob, noteFailures } from './follow-job';
import { findCollection } from './known-names';
import { runVariant, variantResult, type VariantProgress } from './run-variant';
import { SweepBoard } from './sweep-board';
import { trainingOptions } from './training-flags';
import { count, duration, table } from './wording';

/** Options of `sweep` and `ablate`. */
export const sweepOptions = (name: string): Command['options'] => ({
  collection: { value: 'NAME', required: true, help: 'The collection, with labels.' },
  name: { value: 'SWEEP', help: `The sweep's name, which begins the names of its runs. The same command with the same name goes on with it. Default: ${name}.` },
  out: { value: 'DIR', help: 'Where table and figures go. Default: a folder of its name under sweeps/ in the library.' },
  parallel: { value: 'N', help: 'Runs trained at the same time. Default: one for each core, as far as memory allows; one on a GPU.' },
  ...trainingOptions(),
});

/** Milliseconds between two writings of the folder while runs train. */
const writeEvery = 60_000;

export interface SweepRequest {
  kind: SweepDocument['kind'];
  name: string;
  variants: readonly Variant[];
  /** Fields that all variants share, as given by the user. */
  settings: Readonly<Record<string, unknown>>;
}

/**
 * Trains, describes and evaluates every variant, several at a time, and writes table and figures as they come. A variant
 * that fails is reported in its row and the others go on.
 * @returns whether all are done  @throws GlyphscopeError CANCELLED after Ctrl-C, INVALID_INPUT for names and folders
 */
export async function runSweep(invocation: Invocation, request: SweepRequest): Promise<boolean> {
  const { out, signal, library, values } = invocation;
  const { name, kind, variants, settings } = request;
  for (const variant of variants) runName(name, variant); // every name is looked at before anything is begun
  const folder = path.resolve(typeof values.out === 'string' ? values.out : path.join(library, 'sweeps', name));
  const before = readSweepFolder(folder, name);
  const asked = values.parallel === undefined ? null : wholeNumber('parallel', String(values.parallel), 1, 1024);

  return withEngine(invocation, async (client) => {
    const collection = await findCollection(client, text(invocation, 'collection'));
    const plan = planParallel(variants.flatMap(({ change }) => usableConfig({ ...settings, ...change })), { cores: os.availableParallelism(), memory: process.availableMemory() }, asked);
    const started = performance.now();
    const board = new SweepBoard(variants, out);
    const curves = new Map<string, Curves>();
    const results = new Map<string, VariantResult>();
    const document = (): SweepDocument => ({
      format: 1, name, kind, collection: collection.name, settings, parallel: plan.parallel, cores: os.availableParallelism(),
      seconds: (before?.seconds ?? 0) + (performance.now() - started) / 1000,
      variants: variants.map(({ label }) => results.get(label)!),
    });
    const write = () => writeSweepFolder(folder, document(), variants.map(({ label, group }) => ({ label, group, curves: curves.get(label) ?? { steps: [], evaluations: [] } })));
    const look = async (variant: Variant) => {
      const known = await variantResult(client, { sweep: name, variant });
      results.set(variant.label, known.result);
      if (known.curves) curves.set(variant.label, known.curves);
    };
    for (const variant of variants) await look(variant);

    await computeFeatures(client, collection.id, invocation);
    out.note(`${count(variants.length)} variants, ${plan.parallel} at a time with ${plan.threads} ${plan.threads === 1 ? 'thread' : 'threads'} each; table and figures go to ${folder}`);
    write();
    const queue = [...variants];
    let renewed = performance.now();
    let renewing = false;
    const renew = async () => {
      if (renewing || performance.now() - renewed < writeEvery) return;
      renewing = true;
      for (const variant of variants) if (results.get(variant.label)!.state === 'waiting') await look(variant);
      write();
      renewed = performance.now();
      renewing = false;
    };
    // Whether there is a GPU is known once a trainer has said what it computes with.
    let backend = [...results.values()].find((result) => result.backend !== null)?.backend ?? null;
    let backendKnown = (): void => undefined;
    const tell = (label: string, progress: VariantProgress) => {
      backend ??= progress.latest.backend?.description ?? null;
      if (backend !== null) backendKnown();
      board.tell(label, progress);
      void renew().catch((error: Error) => out.note(`${folder} could not be written: ${error.message}`));
    };
    const worker = async () => {
      for (let variant = queue.shift(); variant && !signal.aborted; variant = queue.shift()) {
        const { label } = variant;
        try {
          const ended = await runVariant(client, { sweep: name, collection, variant, settings, threads: plan.threads }, signal, (progress) => tell(label, progress));
          results.set(label, ended.result);
          curves.set(label, ended.curves);
          board.done(label, ended.result);
        } catch (error) {
          await look(variant).catch(() => undefined); // what is known of it, besides what went wrong
          if (signal.aborted) return;
          const detail = toErrorDetail(errorOf(error));
          results.set(label, { ...results.get(label)!, state: 'failed', error: detail });
          board.failed(label, detail);
        }
        write();
      }
    };
    const first = worker();
    if (asked === null && backend === null) await Promise.race([first, new Promise<void>((resolve) => (backendKnown = resolve))]);
    const others = asked === null && backend !== null && onGpu(backend) ? 0 : plan.parallel - 1;
    await Promise.all([first, ...Array.from({ length: others }, worker)]);
    write();

    if (signal.aborted) throw new GlyphscopeError('CANCELLED', 'The sweep was interrupted.', { subject: name, remedy: 'Run the same command again to go on: what was trained is kept.' });
    const ended = document();
    const { columns, rows } = sweepTable(ended);
    const failed = ended.variants.filter(({ state }) => state === 'failed').length;
    const shown = shownColumns({ columns, rows });
    const cells = rows.map((row) => shown.map((column) => shownCell(row[column.key], column)));
    const lines = [table(shown.map(({ title }) => title), cells), '', `${count(variants.length - failed)} of ${count(variants.length)} variants done in ${duration(ended.seconds)}. Table and figures: ${folder}`];
    out.result({ name, kind, collection: collection.name, folder, seconds: ended.seconds, ...plan, done: variants.length - failed, failed, columns, rows }, lines.join('\n'));
    return failed === 0;
  });
}

/** The whole config of a variant; none when it is refused, which its row will say. */
function usableConfig(given: Record<string, unknown>): ReturnType<typeof resolveConfig>[] {
  try {
    return [resolveConfig(given)];
  } catch (error) {
    if (error instanceof GlyphscopeError) return [];
    throw error;
  }
}

async function computeFeatures(client: Client, collection: number, { out, signal }: Invocation): Promise<void> {
  const { job } = await client.features.compute({ collection, views: true });
  noteFailures(await followJob(client, job, out, signal), out);
}
