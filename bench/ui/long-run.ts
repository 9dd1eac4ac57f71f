// Bundled by curves.mjs. Makes a run look as if it had trained for long: so many told steps, and its checkpoint at the last of
// them, so that resuming goes on from there.
import path from 'node:path';
import type { StepEvent } from '../../src-main/contract/runs';
import { openLibraryDatabase } from '../../src-main/database/library-database';
import { forgetCheckpoints, newestCheckpoint, writeCheckpoint } from '../../src-main/training/checkpoint';

const between = (a: number, b: number, share: number) => a + (b - a) * share;

/** Gives a run of that name so many step events and a checkpoint at the last. No engine may hold the library. @returns the run's id and its lines */
export async function lengthenRun(library: string, name: string, steps: number): Promise<{ id: number; lines: number }> {
  const db = openLibraryDatabase(path.join(library, 'library.sqlite'), { check: false });
  try {
    const run = db.read.runs.byName(name);
    if (!run) throw new Error(`There is no run ${name}.`);
    const directory = path.join(library, 'runs', String(run.id));
    const checkpoint = await newestCheckpoint(directory, { training: true });
    if (!checkpoint?.optimizer || !checkpoint.state) throw new Error(`Run ${name} has no checkpoint to go on from.`);
    const { manifest, weights, optimizer, state } = checkpoint;
    await forgetCheckpoints(directory);
    await writeCheckpoint(directory, { ...manifest, step: steps, weights, optimizer, state: { ...state, step: steps, seconds: steps / 10 } });

    let random = 12345;
    const noise = () => (random = (Math.imul(random, 1664525) + 1013904223) >>> 0) / 4294967296 - 0.5;
    const lines = (low: number, high: number, share: number) => Array.from({ length: run.config.length }, (_, i) => between(high, low, share) * (1 - i / 16) + 0.1 * noise() * high);
    db.write.trainingEvents.forgetAfter(run.id, -1);
    db.transaction(() => {
      for (let step = 1; step <= steps; step++) {
        const share = step / steps;
        const lossByPrefix = lines(1, 5, Math.sqrt(share));
        const event: StepEvent = {
          type: 'step', step, epoch: step / 100, seconds: step / 10, loss: lossByPrefix[0], lossByPrefix, teacherEntropy: between(2, 3, share) + 0.2 * noise(), kl: between(2, 0.3, share) + 0.1 * noise(),
          usage: lines(0.9, 0.5, share), perplexity: lines(100, 20, share), quantizerTemperature: between(1, 0.5, share), learningRate: 3e-4 * (1 - share), gradientNorm: between(3, 1, share) + noise(),
          stepsPerSecond: 10 + noise(), etaSeconds: 100, memoryBytes: 9e8 + 1e6 * noise(),
        };
        db.write.trainingEvents.add(run.id, event);
      }
    });
    db.write.runProgress.setStep(run.id, steps);
    db.write.runs.setCheckpoint(run.id, steps);
    return { id: run.id, lines: 3 * run.config.length + 7 };
  } finally {
    db.close();
  }
}
