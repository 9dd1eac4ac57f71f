import { paperAxes } from '../contract/sweeps';
import { UsageError } from './arguments';
import type { Command } from './command';
import { gridAxes } from './grid';
import { sweepOptions } from './run-sweep';
import { trainSweep } from './train-sweep';
import { givenConfig } from './training-flags';

export const sweepCommand: Command = {
  name: 'sweep',
  summary: "Train, describe and evaluate a grid of variants, and write the paper's table and figures.",
  options: {
    grid: { value: 'FIELD=VALUES', many: true, help: 'A training field and its values, separated by commas, or START:END:STEP; again for another field, all combinations. Default: the three quantizers at K = 512, 256, 128, the nine variants of the paper.' },
    small: { help: 'Without --grid: the sizes 64, 32, 16 instead.' },
    ...sweepOptions('sweep, small sweep or grid sweep'),
  },
  notes: [
    'Other training flags hold for every variant; seeds are a field: --grid seed=0,1,2. Fields that are not given come from the preset.',
    'After Ctrl-C or a crash the same command goes on: what is done is kept, what was interrupted resumes from its checkpoint. A variant that fails is reported in its row.',
    'Written: table.csv, .json and .md; teacher-entropy, kl and knn, each by training step, as .csv, .json and .svg; sweep.json with every evaluation.',
  ],

  async run(invocation) {
    const { values, lists } = invocation;
    const settings = givenConfig(values);
    const grid = gridAxes(lists.grid);
    if (grid.length > 0 && values.small) throw new UsageError('--small and --grid exclude each other.', { subject: '--small', remedy: 'Write --grid vocabulary=64,32,16.' });
    const both = grid.find(({ key }) => key in settings);
    if (both) throw new UsageError(`${both.key} was given as a flag and in --grid.`, { subject: both.key, remedy: 'Leave the flag out.' });
    // A quantizer or size given as a flag narrows the paper's variants.
    const axes = grid.length > 0 ? grid : paperAxes({ small: values.small === true }).map((axis) => (axis.key in settings ? { ...axis, values: [settings[axis.key] as string | number] } : axis));
    const name = typeof values.name === 'string' ? values.name.trim() : grid.length > 0 ? 'grid sweep' : values.small ? 'small sweep' : 'sweep';
    const varied = new Set<string>(axes.map(({ key }) => key));
    const shared = Object.fromEntries(Object.entries(settings).filter(([key]) => !varied.has(key)));
    return trainSweep(invocation, { name, grid: { kind: 'sweep', axes }, settings: shared });
  },
};
