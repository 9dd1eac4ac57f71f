import { ablationGroup } from '../contract/sweeps';
import { UsageError } from './arguments';
import type { Command } from './command';
import { sweepOptions } from './run-sweep';
import { trainSweep } from './train-sweep';
import { givenConfig } from './training-flags';

export const ablateCommand: Command = {
  name: 'ablate',
  summary: 'Train, describe and evaluate the method with one part changed at a time, and write what each is worth.',
  options: {
    only: { value: 'PARTS', help: `The parts to look at, separated by commas, of ${ablationGroup.options.join(', ')}. Default: all.` },
    ...sweepOptions('ablations'),
  },
  notes: [
    'Training flags change the settings that every ablation starts from; what would change nothing of them is left out.',
    'It goes on, reports failures and writes as `glyphscope sweep` does; the table says the difference to the settings as they are.',
  ],

  async run(invocation) {
    const { values } = invocation;
    const settings = givenConfig(values);
    const given = typeof values.only === 'string' ? values.only.split(',').map((group) => group.trim()) : ablationGroup.options;
    const groups = given.map((group) => {
      const known = ablationGroup.safeParse(group);
      if (!known.success) throw new UsageError(`--only: there is no part "${group}".`, { subject: '--only', remedy: `The parts are ${ablationGroup.options.join(', ')}.` });
      return known.data;
    });
    const name = typeof values.name === 'string' ? values.name.trim() : 'ablations';
    return trainSweep(invocation, { name, grid: { kind: 'ablations', groups }, settings });
  },
};
