import type { TrainingConfig } from '../../contract/config';
import type { TrainingEvent } from '../../contract/runs';
import { centring, chooseRemedies, sharperTeacher, softerTeacher } from '../../training/collapse-words';
import { percent, type Ailment, type Check } from './check';
import { asChanges } from './remedies';

/** Shares of ln P, far from what `small` showed on all of CIFAR-10: 0.87 to 0.92. */
const range = { low: 0.1, high: 0.97 };
/** Steps that it must have been outside. */
const lasting = 50;
/** Before, or in the warm-up of its temperature, it may still settle. */
const patience = 150;

/** Whether the teacher's projection has said too little, or decided too much, for some time. */
export class TeacherEntropyCheck implements Check {
  readonly #config: TrainingConfig;
  #since: number | null = null;

  constructor(config: TrainingConfig) {
    this.#config = config;
  }

  look(event: TrainingEvent): Ailment | null | undefined {
    const { projectionWeight, projectorOutputs, teacherTemperatureWarmup } = this.#config;
    // Without the projection's loss nothing hangs on it.
    if (event.type !== 'step' || projectionWeight === 0 || event.step < Math.max(patience, teacherTemperatureWarmup)) return undefined;
    const share = event.teacherEntropy / Math.log(projectorOutputs);
    if (share >= range.low && share <= range.high) {
      this.#since = null;
      return null;
    }
    this.#since ??= event.step;
    if (event.step - this.#since < lasting) return undefined;
    const high = share > range.high;
    return {
      id: 'teacher-entropy',
      kind: 'teacher-entropy',
      severity: 'attention',
      title: high ? 'teacher entropy near its greatest' : 'teacher entropy near zero',
      seen: `The entropy of the teacher's projection has been ${event.teacherEntropy.toFixed(2)} nats, ${percent(share)} of the greatest possible (ln P), for ${lasting} steps; ${percent(range.low)} to ${percent(range.high)} is usual.`,
      cause: high
        ? 'The teacher spreads each image over nearly all outputs, so that there is little to agree on: its temperature is too high.'
        : 'The teacher gives nearly every image to one output: its temperature is too low, or its centre lags behind.',
      remedies: asChanges(chooseRemedies(high ? [sharperTeacher] : [softerTeacher, centring], this.#config)),
    };
  }
}
