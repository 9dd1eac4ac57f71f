import type { TrainingConfig } from '../../contract/config';
import type { TrainingEvent } from '../../contract/runs';
import { chooseRemedies, symbolRemedies } from '../../training/collapse-words';
import { seenForUsage } from '../../training/statistics';
import { count, list, type Ailment, type Check } from './check';
import { asChanges } from './remedies';

/**
 * Of the symbols that even use would show. `small` showed 0.84 or more on all of CIFAR-10 with 128 to 512 symbols.
 */
const least = { raised: 0.6, over: 0.7 };
const lasting = 50;
const patience = 150;

/** Whether many symbols of a position are written for no image. */
export class DeadSymbolsCheck implements Check {
  readonly #config: TrainingConfig;
  /** Symbols of a position that n even draws out of K show: K (1 − e^(−n/K)). */
  readonly #expected: number;
  #since: number | null = null;
  #raised = false;

  constructor(config: TrainingConfig) {
    this.#config = config;
    const { vocabulary } = config;
    this.#expected = vocabulary * (1 - Math.exp(-seenForUsage(config) / vocabulary));
  }

  look(event: TrainingEvent): Ailment | null | undefined {
    const { vocabulary, warmup } = this.#config;
    if (event.type !== 'step' || event.step < Math.max(patience, warmup)) return undefined;
    const limit = (this.#raised ? least.over : least.raised) * this.#expected;
    const few = event.usage.flatMap((share, j) => (share * vocabulary < limit ? [{ position: j + 1, used: share * vocabulary }] : []));
    if (few.length === 0) {
      this.#since = null;
      this.#raised = false;
      return null;
    }
    this.#since ??= event.step;
    if (event.step - this.#since < lasting) return undefined;
    this.#raised = true;
    const used = few.map((one) => one.used);
    const range = Math.min(...used) === Math.max(...used) ? count(used[0]) : `${count(Math.min(...used))} to ${count(Math.max(...used))}`;
    return {
      id: 'dead-symbols',
      kind: 'dead-symbols',
      severity: 'attention',
      title: 'many symbols without use',
      seen: `${few.length === 1 ? 'Position' : 'Positions'} ${list(few.map(({ position }) => position))} wrote ${range} of the ${count(vocabulary)} symbols in the last steps; with even use it would be ${count(this.#expected)}.`,
      cause: 'Symbols that are rarely chosen get no gradient and fall behind those in use; with more symbols than the images have kinds, some are never needed.',
      remedies: [
        ...asChanges(chooseRemedies(symbolRemedies, this.#config).slice(0, 3)),
        ...(vocabulary >= 4 ? [{ text: 'halve it: fewer symbols carry the same.', change: { field: 'vocabulary' as const, value: Math.floor(vocabulary / 2) } }] : []),
      ],
    };
  }
}
