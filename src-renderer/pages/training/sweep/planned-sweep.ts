import type { SweepPlan, SweepPlanEvent, SweepRequest } from '../../../../src-main/contract/sweeps';
import type { Client } from '../../../client';
import { MeasuredAnswer } from '../measured-answer.svelte';

/** What the sweep of a form would train and take: what is known of it at once, and what timing finds. */
export class PlannedSweep extends MeasuredAnswer<SweepRequest & { measure: boolean }, SweepPlanEvent, SweepPlan> {
  constructor(client: Pick<Client, 'sweeps'>) {
    super({
      put: (request, signal) => client.sweeps.plan(request, { signal }),
      read: (event) => ('progress' in event ? event : { found: event.plan }),
    });
  }

  /** Asks what a sweep would take; `measure` times what is not known yet, some seconds for each configuration. */
  ask(request: SweepRequest, { measure }: { measure: boolean }): Promise<void> {
    return this.put({ ...request, measure }, measure);
  }
}
