import { configFile } from '../contract/config-file';
import type { Run } from '../contract/runs';
import { UsageError } from './arguments';
import { type Command, type Invocation, text } from './command';
import { type Client, withEngine } from './engine-connection';
import { changeRuns } from './deleted-runs';
import { findRun } from './known-names';
import { count, percent, table } from './wording';

export const runsCommand: Command = {
  name: 'runs',
  summary: 'List the runs of the library; delete, restore or empty some.',
  operand: { name: 'ACTION', many: true, optional: true, help: '`remove RUN…`, `deleted`, `restore RUN…` or `empty [RUN…]`; nothing lists the runs.' },
  options: {
    settings: { value: 'RUN', help: 'Print the complete settings of this run instead, as a file for `glyphscope train --config`.' },
    star: { value: 'RUN', many: true, help: 'Mark this run; again for another.' },
    unstar: { value: 'RUN', many: true, help: 'Take the mark from this run; again for another.' },
    note: { value: 'TEXT', help: 'Write this about the run of --run, in place of what was written; an empty text takes it away.' },
    run: { value: 'RUN', help: 'The run of --note.' },
  },
  notes: ['A run that is removed is kept for 30 days, unless another time was set in the window, and `restore` brings it back; `empty` takes deleted runs away for good, all of them when none is named.'],

  async run(invocation) {
    if (invocation.files.length > 0) return changeRuns(invocation);
    return withEngine(invocation, async (client) => {
      if (invocation.values.settings !== undefined) {
        const { config } = await findRun(client, text(invocation, 'settings'));
        invocation.out.result(config, configFile(config).trimEnd());
        return true;
      }
      await say(client, invocation);
      const runs = await client.runs.list();
      const rows = runs.map((run) => [
        run.starred ? `★ ${run.name}` : run.name,
        run.variant,
        run.queuePlace === null ? run.state : `${run.state}, ${run.queuePlace}`,
        `${count(run.step)} of ${count(run.config.steps)}`,
        run.knnTop1 === null ? '–' : percent(run.knnTop1),
        foundWords(run),
        run.collection,
        run.encoded.join(', '),
      ]);
      invocation.out.result({ runs }, runs.length === 0 ? 'No run yet: `glyphscope train` makes one.' : table(['run', 'variant', 'state', 'steps', 'k-NN', 'found', 'collection', 'describes'], rows));
      return true;
    });
  },
};

/** Marks runs and writes about one, as the options ask. */
async function say(client: Client, { values, lists }: Invocation): Promise<void> {
  if ((values.note === undefined) !== (values.run === undefined)) throw new UsageError('--note and --run go together.', { subject: '--note', remedy: 'Write --run NAME --note TEXT.' });
  for (const starred of [true, false]) {
    const names = lists[starred ? 'star' : 'unstar'];
    const runs = await Promise.all(names.map((name) => findRun(client, name)));
    if (runs.length > 0) await client.runs.star({ runs: runs.map(({ id }) => id), starred });
  }
  if (values.note !== undefined) await client.runs.note({ run: (await findRun(client, String(values.run))).id, note: String(values.note) });
}

/** The worst finding that stands, and how many others do: "few images, 1 more". */
const foundWords = ({ finding }: Run): string => (finding === null ? '–' : `${finding.title}${finding.standing > 1 ? `, ${finding.standing - 1} more` : ''}`);
