import type { TrainingEvent } from '../../contract/runs';
import { median } from '../../training/signs';
import type { Ailment, Check } from './check';

/** Reported steps that say how fast it was at the start. */
const first = 20;
/** Seconds of training whose median says how fast it is. */
const lately = 30;
const leastSeen = 10;
/** Of the first rate. On a machine that others use as well, 0.6 was seen in passing. */
const share = { raised: 0.5, over: 0.7 };

/** Whether steps take much longer than at the start, on the same backend. */
export class SlowerCheck implements Check {
  #start: number[] = [];
  #recent: { seconds: number; rate: number }[] = [];
  #raised = false;

  look(event: TrainingEvent): Ailment | null | undefined {
    // Another backend has a speed of its own, and what does not train is not slow.
    if (event.type === 'backend' || (event.type === 'state' && event.state !== 'training')) {
      if (event.type === 'backend') this.#start = [];
      this.#recent = [];
      this.#raised = false;
      return null;
    }
    if (event.type !== 'step' || event.stepsPerSecond <= 0) return undefined;
    if (this.#start.length < first) {
      this.#start.push(event.stepsPerSecond);
      return undefined;
    }
    this.#recent.push({ seconds: event.seconds, rate: event.stepsPerSecond });
    const full = event.seconds - this.#recent[0].seconds >= lately;
    while (event.seconds - this.#recent[0].seconds > lately) this.#recent.shift();
    if (!full || this.#recent.length < leastSeen) return undefined;
    const [before, now] = [median(this.#start), median(this.#recent.map(({ rate }) => rate))];
    if (now > (this.#raised ? share.over : share.raised) * before) {
      this.#raised = false;
      return null;
    }
    this.#raised = true;
    return {
      id: 'slower',
      kind: 'slower',
      severity: 'attention',
      title: 'slower than at the start',
      seen: `It makes ${now.toPrecision(2)} steps a second now and made ${before.toPrecision(2)} at the start.`,
      cause: 'The machine is busy with something else, another training among it, or it has become warm and slowed down.',
      remedies: [
        { text: 'Pause other trainings, or queue them.', change: null },
        { text: 'Close other programs that compute; let the machine cool down.', change: null },
      ],
    };
  }
}
