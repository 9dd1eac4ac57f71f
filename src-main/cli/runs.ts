import { configFile } from '../contract/config-file';
import type { Run } from '../contract/runs';
import { type Command, text } from './command';
import { withEngine } from './engine-connection';
import { changeRuns } from './deleted-runs';
import { findRun } from './known-names';
import { count, percent, table } from './wording';

export const runsCommand: Command = {
  name: 'runs',
  summary: 'List the runs of the library; delete, restore or empty some.',
  operand: { name: 'ACTION', many: true, optional: true, help: '`remove RUN…`, `deleted`, `restore RUN…` or `empty [RUN…]`; nothing lists the runs.' },
  options: { settings: { value: 'RUN', help: 'Print the complete settings of this run instead, as a file for `glyphscope train --config`.' } },
  notes: ['A run that is removed is kept for 30 days, unless another time was set in the window, and `restore` brings it back; `empty` takes deleted runs away for good, all of them when none is named.'],

  async run(invocation) {
    if (invocation.files.length > 0) return changeRuns(invocation);
    return withEngine(invocation, async (client) => {
      if (invocation.values.settings !== undefined) {
        const { config } = await findRun(client, text(invocation, 'settings'));
        invocation.out.result(config, configFile(config).trimEnd());
        return true;
      }
      const runs = await client.runs.list();
      const rows = runs.map((run) => [
        run.name,
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

/** The worst finding that stands, and how many others do: "few images, 1 more". */
const foundWords = ({ finding }: Run): string => (finding === null ? '–' : `${finding.title}${finding.standing > 1 ? `, ${finding.standing - 1} more` : ''}`);
