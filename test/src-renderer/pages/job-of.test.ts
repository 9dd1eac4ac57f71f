import { describe, expect, it } from 'vitest';
import type { Job } from '../../../src-main/contract/jobs';
import { jobOf } from '../../../src-renderer/pages/job-of';

const job = (id: string, changes: Partial<Job>): Job => ({
  id, kind: 'encode', title: '', state: 'running', phase: '', done: 0, total: null, unit: '', rate: null, etaSeconds: null, failures: [], failureCount: 0,
  error: null, summary: null, startedAt: 0, endedAt: null, ...changes,
});

describe('jobOf', () => {
  const jobs = [
    job('old', { title: 'Describe "cats" with "a"', startedAt: 1 }),
    job('new', { title: 'Describe "cats" with "b"', startedAt: 2 }),
    job('done', { title: 'Describe "cats" with "b"', startedAt: 3, state: 'done' }),
    job('map', { kind: 'map', title: 'Map of "cats"' }),
  ];
  it('finds the newest job under way of a kind, about what is named', () => {
    expect(jobOf(jobs, 'encode', 'cats')?.id).toBe('new');
    expect(jobOf(jobs, 'encode', 'cats', '"a"')?.id).toBe('old');
    expect(jobOf(jobs, ['map', 'evaluate'])?.id).toBe('map');
    expect(jobOf(jobs, 'encode', 'dogs')).toBeNull();
    expect(jobOf(jobs, 'encode', null, undefined)?.id).toBe('new');
  });
});
