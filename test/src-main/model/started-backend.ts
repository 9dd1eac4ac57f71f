import { startBackend } from '../../../src-main/model/backend';

/** Native TensorFlow where it is set up, else WebAssembly; every test that computes says which it ran on. */
export const backend = await startBackend('auto', { threads: 1 });
console.info(`ran on ${backend.description}`);
