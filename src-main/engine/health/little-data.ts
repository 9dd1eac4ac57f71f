import type { TrainingConfig } from '../../contract/config';
import type { Remedy } from '../../contract/health';
import type { TrainingEvent } from '../../contract/runs';
import { count, type Ailment, type Check } from './check';

/** Images for each symbol: with fewer most symbols stand for single images. */
const leastPerSymbol = 4;
const goodPerSymbol = 8;
/** Times that a training may see every image; the stored views are the same each time. */
const mostPasses = 200;
const goodPasses = 100;

/** Whether there are enough images for the symbols and for the steps: told at the first step, and never over. */
export class LittleDataCheck implements Check {
  readonly #config: TrainingConfig;
  #told = false;

  constructor(config: TrainingConfig) {
    this.#config = config;
  }

  look(event: TrainingEvent): Ailment | undefined {
    if (event.type !== 'step' || event.epoch <= 0 || this.#told) return undefined;
    this.#told = true;
    const { batch, steps, vocabulary, views } = this.#config;
    const images = (event.step * batch) / event.epoch;
    const passes = (steps * batch) / images;
    const perSymbol = images / vocabulary;
    const seen: string[] = [];
    const remedies: Remedy[] = [{ text: 'Add images to the collection.', change: null }];
    if (perSymbol < leastPerSymbol) {
      seen.push(`there are ${count(images)} images for ${count(vocabulary)} symbols, ${perSymbol.toFixed(1)} for each`);
      const value = 2 ** Math.floor(Math.log2(images / goodPerSymbol));
      if (value >= 2) remedies.push({ text: `lower it: about ${goodPerSymbol} images for each symbol.`, change: { field: 'vocabulary', value } });
    }
    if (passes > mostPasses) {
      seen.push(`${count(steps)} steps see each of the ${count(images)} images ${count(passes)} times`);
      remedies.push({ text: `lower it: every image is then seen ${goodPasses} times.`, change: { field: 'steps', value: Math.max(1, Math.floor((goodPasses * images) / batch)) } });
    }
    if (seen.length === 0) return undefined;
    const words = seen.join(', and ');
    return {
      id: 'little-data',
      kind: 'little-data',
      severity: 'attention',
      title: 'few images',
      seen: `${words.charAt(0).toUpperCase()}${words.slice(1)}.`,
      cause: `The student can learn these images by heart, of which it sees the same ${count(views)} views again and again; new images are then described worse.`,
      remedies,
    };
  }
}
