import { resolveConfig } from '../../../src-main/contract/presets';
import type { TrainingEvent } from '../../../src-main/contract/runs';
import { RandomStream } from '../../../src-main/model/random';
import type { FeatureSource } from '../../../src-main/training/batches';
import { train, TrainingControl, type TrainOptions } from '../../../src-main/training/train';

export const width = 12;
export const images = 60;

/** Features around four centres, an image's views near to it: something that there is to learn. */
function features(records: number, seed: number): FeatureSource {
  const random = new RandomStream(seed, 'noise');
  const centres = new RandomStream(1, 'codes');
  const centre = Float32Array.from({ length: 4 * width }, () => centres.normal());
  const data = Float32Array.from({ length: images * records * width }, (_, i) => {
    const image = Math.floor(i / (records * width));
    return centre[(image % 4) * width + (i % width)] + 0.3 * random.normal();
  });
  const size = records * width;
  return {
    spec: { width, records },
    gather: (slots) => {
      const out = new Float32Array(slots.length * size);
      for (let i = 0; i < slots.length; i++) out.set(data.subarray(slots[i] * size, (slots[i] + 1) * size), i * size);
      return out;
    },
  };
}

const range = (from: number, to: number) => Int32Array.from({ length: to - from }, (_, i) => from + i);
const labels = (slots: Int32Array) => slots.map((slot) => slot % 4);

export function trainOptions(runDirectory: string, changes: Record<string, unknown> = {}, o: Partial<TrainOptions> = {}): TrainOptions {
  const querySlots = range(0, 10);
  const bankSlots = range(10, 50);
  return {
    config: resolveConfig({ preset: 'tiny', steps: 12, batch: 8, checkpointEvery: 4, evaluateEvery: 6, width: 8, projectorOutputs: 16, threads: 1, ...changes }),
    teacher: 'test',
    views: features(2, 3),
    clean: features(1, 4),
    trainSlots: range(10, images),
    heldOut: { querySlots, bankSlots, queryLabels: labels(querySlots), bankLabels: labels(bankSlots) },
    runDirectory,
    resume: false,
    control: new TrainingControl(),
    ...o,
  };
}

/** Runs a training to its end. @param each sees every event as it comes */
export async function eventsOf(o: TrainOptions, each: (event: TrainingEvent) => void = () => undefined): Promise<TrainingEvent[]> {
  const events: TrainingEvent[] = [];
  for await (const event of train(o)) {
    events.push(event);
    each(event);
  }
  return events;
}
