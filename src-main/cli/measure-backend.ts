import type { Command } from './command';

export const measureBackendCommand: Command = {
  name: 'measure-backend',
  summary: 'Measure one compute backend in this process; `doctor` calls it for each.',
  operand: { name: 'BACKEND', many: false, help: 'tensorflow, wasm or cpu.' },
  options: {},
  hidden: true,

  async run({ files }) {
    const { measureBackend } = await import('../model/backend');
    process.stdout.write(`${JSON.stringify(await measureBackend(files[0]))}\n`);
    return true;
  },
};
