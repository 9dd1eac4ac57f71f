import { UsageError } from './arguments';
import type { Invocation } from './command';
import { type Client, withEngine } from './engine-connection';
import { findRun, findRunAmong } from './known-names';
import { count, table } from './wording';

const actions = ['remove', 'deleted', 'restore', 'empty'] as const;

/** `runs remove`, `runs deleted`, `runs restore` and `runs empty`. @throws GlyphscopeError NOT_FOUND, RUN_BUSY */
export async function changeRuns(invocation: Invocation): Promise<boolean> {
  const [given, ...names] = invocation.files;
  const action = actions.find((one) => one === given);
  if (!action) throw new UsageError(`runs has no action "${given}".`, { subject: given, remedy: `Use ${actions.join(', ')}.` });
  if ((action === 'remove' || action === 'restore') && names.length === 0) throw new UsageError(`runs ${action} takes at least one RUN.`, { subject: action });
  if (action === 'deleted' && names.length > 0) throw new UsageError('runs deleted takes no RUN.', { subject: names[0] });
  return withEngine(invocation, async (client) => {
    await changes[action](client, names, invocation);
    return true;
  });
}

const changes: Record<(typeof actions)[number], (client: Client, names: readonly string[], invocation: Invocation) => Promise<void>> = {
  remove: async (client, names, { out }) => {
    const runs = await Promise.all(names.map((name) => findRun(client, name)));
    const { title } = await client.runs.remove({ runs: runs.map(({ id }) => id) });
    out.result({ removed: runs.map(({ name }) => name) }, `${title}. \`glyphscope runs restore\` brings it back.`);
  },
  deleted: async (client, _, { out }) => {
    const { runs, keptDays } = await client.deletedRuns.list();
    const use = runs.length > 0 ? await client.runs.diskUse({ runs: runs.map(({ id }) => id) }) : [];
    const day = (at: number | null) => (at === null ? 'never' : new Date(at).toISOString().slice(0, 10));
    const rows = runs.map((run) => [run.name, run.variant, day(run.removedAt), day(run.emptiedAt), `${count(Math.round((use.find((one) => one.run === run.id)?.total ?? 0) / 1e3))} kB`]);
    out.result({ runs, keptDays }, runs.length === 0 ? 'No run is deleted.' : table(['run', 'variant', 'deleted', 'emptied', 'on disk'], rows));
  },
  restore: async (client, names, { out }) => {
    const { runs } = await client.deletedRuns.list();
    const found = names.map((name) => findRunAmong(runs, name));
    const { title } = await client.deletedRuns.restore({ runs: found.map(({ id }) => id) });
    out.result({ restored: found.map(({ name }) => name) }, `${title}.`);
  },
  empty: async (client, names, { out }) => {
    const { runs } = await client.deletedRuns.list();
    const found = names.length > 0 ? names.map((name) => findRunAmong(runs, name)) : runs;
    const emptied = found.length > 0 ? await client.deletedRuns.empty({ runs: found.map(({ id }) => id) }) : { runs: 0, bytes: 0 };
    out.result(emptied, found.length === 0 ? 'No run is deleted.' : `${count(emptied.runs)} emptied, ${count(Math.round(emptied.bytes / 1e6))} MB set free.`);
  },
};
