import type { Estimate, EstimateEvent, Measuring, TrainingPlan } from '../../../src-main/contract/estimate';
import type { Client } from '../../client';
import { MeasuredAnswer } from './measured-answer.svelte';

/** What the run of a form would take: what is known of it at once, and what a measurement finds. */
export class TrainingEstimate extends MeasuredAnswer<TrainingPlan & { measure: Measuring }, EstimateEvent, Estimate> {
  constructor(client: Pick<Client, 'runs'>) {
    super({
      put: (request, signal) => client.runs.estimate(request, { signal }),
      read: (event) => ('progress' in event ? event : { found: event.estimate }),
    });
  }

  /** Asks what a plan would take; measuring takes some seconds. */
  ask(plan: TrainingPlan, measure: Measuring): Promise<void> {
    return this.put({ ...plan, measure }, measure !== 'no');
  }
}
