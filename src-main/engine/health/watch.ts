import type { TrainingConfig } from '../../contract/config';
import { collapseTitles, type Finding } from '../../contract/health';
import type { AlarmEvent, CollapseCause, TrainingEvent } from '../../contract/runs';
import { remediesFor } from '../../training/collapse-words';
import type { Ailment, Check } from './check';
import { DeadSymbolsCheck } from './dead-symbols';
import { LittleDataCheck } from './little-data';
import { NoProgressCheck } from './no-progress';
import { asChanges } from './remedies';
import { SlowerCheck } from './slower';
import { TeacherEntropyCheck } from './teacher-entropy';

/** Why it comes to a collapse, as far as the alarm does not say so itself. */
const causes: Record<CollapseCause, string> = {
  'few-symbols': 'The symbols that are chosen get all of the gradient, and those that are not chosen none.',
  'one-description': 'The descriptor has stopped telling images apart; nothing that follows it can.',
  'positions-alike': 'Nothing rewards a later position for saying something new.',
  'constant-embedding': 'The interpreter ignores the symbols: its steps were too large, or nothing ties the embedding to the image.',
  'constant-output': "The projector ignores the embedding: the student's output is too soft, or its steps were too large.",
  'uniform-teacher': "The teacher's temperature is too high, or its projector moves too fast.",
  'constant-teacher': "The teacher's temperature is too low for its centre, so a few outputs win.",
  'centre-off': 'The centre follows the outputs too slowly.',
  diverging: 'The steps are too large for where the training stands.',
  'not-finite': 'The steps are too large, or a temperature is so low that its softmax overflows.',
};

/** What follows from a collapse is not told beside it. */
const hiddenBy: Partial<Record<Finding['id'], readonly CollapseCause[]>> = {
  'dead-symbols': ['few-symbols', 'one-description'],
  'no-progress': ['few-symbols', 'one-description', 'constant-embedding', 'constant-output', 'diverging'],
  'teacher-entropy': ['uniform-teacher', 'constant-teacher', 'centre-off'],
};

/**
 * What one run suffers from, told from its events alone, so that the same events give the same findings whether they come
 * live or out of the library.
 */
export class HealthWatch {
  readonly #config: TrainingConfig;
  readonly #checks: readonly Check[];
  readonly #findings: Finding[] = [];
  #step = 0;

  constructor(config: TrainingConfig) {
    this.#config = config;
    this.#checks = [new LittleDataCheck(config), new TeacherEntropyCheck(config), new DeadSymbolsCheck(config), new NoProgressCheck(config), new SlowerCheck()];
  }

  /** Every finding so far in the order they were raised, also those that are over. */
  get findings(): readonly Finding[] {
    return this.#findings;
  }

  /** Takes the next event of the run; gives the findings that it raised. */
  add(event: TrainingEvent): Finding[] {
    if ('step' in event) this.#step = event.step;
    const raised: (Finding | null)[] = [];
    if (event.type === 'alarm') raised.push(this.#alarm(event));
    if (event.type === 'state' && event.error?.code === 'LOSS_NOT_FINITE') raised.push(this.#raise(collapse('not-finite', event.error.message, this.#config)));
    if (event.type === 'state' && event.state === 'training') this.#end('not-finite');
    for (const check of this.#checks) {
      const seen = check.look(event);
      if (seen === undefined) continue;
      if (seen === null) this.#endOf(check);
      else if (!this.#hidden(seen.id)) raised.push(this.#raise(seen, check));
    }
    return raised.filter((finding) => finding !== null);
  }

  /** Which check raised what stands, so that its "nothing" ends it. */
  readonly #raisedBy = new Map<Check, string>();

  #alarm(event: AlarmEvent): Finding | null {
    const ailment = collapse(event.cause, event.text, this.#config);
    if (!event.raised) {
      this.#end(ailment.id);
      return null;
    }
    for (const [id, roots] of Object.entries(hiddenBy)) if (roots?.includes(event.cause)) this.#end(id);
    return this.#raise(ailment);
  }

  #hidden(id: string): boolean {
    return (hiddenBy[id] ?? []).some((cause) => this.#standing(`collapse ${cause}`));
  }

  #standing(id: string): Finding | undefined {
    return this.#findings.find((finding) => finding.id === id && finding.overAt === null);
  }

  /** Null when it stands already; what is seen of it is then what was seen last. */
  #raise(ailment: Ailment, by?: Check): Finding | null {
    if (by) this.#raisedBy.set(by, ailment.id);
    const standing = this.#standing(ailment.id);
    if (standing) {
      if (!by) standing.seen = ailment.seen; // an alarm that comes again concerns more positions
      return null;
    }
    const finding: Finding = { ...ailment, raisedAt: this.#step, overAt: null };
    this.#findings.push(finding);
    return finding;
  }

  #endOf(check: Check): void {
    const id = this.#raisedBy.get(check);
    if (id !== undefined) this.#end(id);
    this.#raisedBy.delete(check);
  }

  #end(id: string): void {
    const standing = this.#standing(id);
    if (standing) standing.overAt = this.#step;
  }
}

function collapse(cause: CollapseCause, seen: string, config: TrainingConfig): Ailment {
  const kind = cause === 'not-finite' ? 'not-finite' : 'collapse';
  return {
    id: kind === 'collapse' ? `collapse ${cause}` : kind,
    kind,
    severity: 'serious',
    title: kind === 'collapse' ? collapseTitles[cause] : 'the loss is not a number',
    seen,
    cause: causes[cause],
    remedies: asChanges(remediesFor(cause, config)),
  };
}

/** The findings of a run whose events are all there, in order. */
export function findingsOf(config: TrainingConfig, events: Iterable<TrainingEvent>): readonly Finding[] {
  const watch = new HealthWatch(config);
  for (const event of events) watch.add(event);
  return watch.findings;
}
