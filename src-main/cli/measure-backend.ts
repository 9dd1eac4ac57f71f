import type { Command } from './command';

export const measureBackendCommand: Command = {
  name: 'measure-backend',
  summary: 'Check and measure one compute backend in this process; what decides between them calls it for each.',
  operand: { name: 'BACKEND', many: false, help: 'tensorflow-gpu, tensorflow, webgpu, wasm or cpu.' },
  options: {},
  hidden: true,

  async run({ files }) {
    const { examineBackend } = await import('../training/backend-check');
    process.stdout.write(`${JSON.stringify(await examineBackend(files[0]))}\n`);
    return true;
  },
};
