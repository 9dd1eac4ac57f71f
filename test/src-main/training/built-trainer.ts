import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';
import { backendNames } from '../../../src-main/contract/config';
import type { TrainingEvent } from '../../../src-main/contract/runs';
import { FeatureStore } from '../../../src-main/teacher/feature-store';
import { TrainerClient, type TrainerOptions } from '../../../src-main/training/trainer-client';
import { images, trainOptions } from './small-training';

const root = fileURLToPath(new URL('../../..', import.meta.url));

/** Builds the trainer and the student process into a folder of this name under out/; gives the path of each. */
export async function buildProcesses(name: string): Promise<(process: 'trainer' | 'student') => string> {
  const outDir = join(root, 'out', name);
  const input = Object.fromEntries(['trainer', 'student'].map((process) => [process, join(root, `src-main/training/${process}-process.ts`)]));
  await build({ root, configFile: false, publicDir: false, logLevel: 'error', build: { ssr: true, outDir, emptyOutDir: true, target: 'node22', rolldownOptions: { input, output: { format: 'es', entryFileNames: '[name].mjs', chunkFileNames: 'shared/[name]-[hash].mjs' } } } });
  return (process) => join(outDir, `${process}.mjs`);
}

/** A trainer on features in files, as the engine starts it. */
export async function trainerOptions(entry: string, folder: string, run: string, changes: Record<string, unknown> = {}, resume = false): Promise<TrainerOptions> {
  const o = trainOptions(join(folder, run), changes);
  const file = async (which: 'clean' | 'views') => {
    const spec = { ...o[which].spec, name: which };
    const store = FeatureStore.open(join(folder, 'features'), spec);
    const slots = store.missing(Int32Array.from({ length: images }, (_, i) => i));
    if (slots.length > 0) store.write(slots, o[which].gather(slots));
    await store.flush();
    store.close();
    return { directory: join(folder, 'features'), spec };
  };
  const { config, teacher, trainSlots, heldOut, runDirectory } = o;
  const backend = { candidates: [...backendNames], reason: 'It is the first that starts.', note: null };
  return { entry, node: process.execPath, config, backend, teacher, trainSlots, heldOut, runDirectory, preparedDirectory: join(folder, 'prepared'), from: null, resume, clean: await file('clean'), views: await file('views') };
}

/** Starts a trainer and gives its events once it is gone. */
export async function eventsOfTrainer(o: TrainerOptions, each: (event: TrainingEvent, trainer: TrainerClient) => void = () => undefined) {
  const trainer = TrainerClient.start(o);
  const events: TrainingEvent[] = [];
  trainer.on('event', (event) => {
    events.push(event);
    each(event, trainer);
  });
  const exit = await new Promise<{ code: number | null; signal: string | null }>((resolve) => trainer.once('exit', resolve));
  return { events, exit, last: events[events.length - 1] };
}
