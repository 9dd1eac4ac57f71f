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
        run.state,
        `${count(run.step)} of ${count(run.config.steps)}`,
        run.knnTop1 === null ? '–' : percent(run.knnTop1),
        run.collection,
        run.encoded.join(', '),
      ]);
      invocation.out.result({ runs }, runs.length === 0 ? 'No run yet: `glyphscope train` makes one.' : table(['run', 'variant', 'state', 'steps', 'k-NN', 'collection', 'describes'], rows));
      return true;
    });
  },
};
