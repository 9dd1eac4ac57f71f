import type { Run } from '../contract/runs';
import type { Command } from './command';
import { withEngine } from './engine-connection';
import { count, percent, table } from './wording';

export const runsCommand: Command = {
  name: 'runs',
  summary: 'List the runs of the library.',
  options: {},

  async run(invocation) {
    return withEngine(invocation, async (client) => {
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
