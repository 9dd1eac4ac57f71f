import type { Remedy } from '../../contract/health';
import type { AlarmEvent } from '../../contract/runs';

/** What an alarm advises, as a finding says it. */
export const asChanges = (remedies: AlarmEvent['remedies']): Remedy[] => remedies.map(({ field, text, value }) => ({ text, change: value === undefined ? null : { field, value } }));
