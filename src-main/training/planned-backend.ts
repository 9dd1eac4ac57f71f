import type { BackendPlan } from '../contract/backend-plan';
import { startBackend, type StartedBackend } from '../model/backend';

/** Starts what the engine has planned; the reason tells as well what did not start, against the plan. @throws BACKEND_UNAVAILABLE */
export async function startPlanned(plan: BackendPlan, o: { threads?: number }): Promise<StartedBackend & { reason: string }> {
  const [first, ...others] = plan.candidates;
  const started = await startBackend(others.length > 0 ? plan.candidates : first, o); // one alone was asked for by name
  const notes = [plan.note, started.note].filter((note) => note !== null);
  return { ...started, reason: [...started.missed, plan.reason].join(' '), note: notes.length > 0 ? notes.join(' ') : null };
}
