import { describe, expect, it, vi } from 'vitest';
import type { Job } from '../../../src-main/contract/jobs';
import type { Connection } from '../../../src-renderer/state/connection.svelte';
import { Jobs } from '../../../src-renderer/state/jobs.svelte';
import { duration, jobOutcome, jobProgress } from '../../../src-renderer/widgets/job-words';

const job = (id: string, state: Job['state'], o: Partial<Job> = {}): Job => ({
  id, kind: 'import', title: id, state, phase: 'reading', done: 0, total: null, unit: 'images', rate: null, etaSeconds: null,
  failures: [], failureCount: 0, error: null, summary: null, startedAt: 0, endedAt: null, ...o,
});

describe('Jobs', () => {
  it('tells the end of a job once, and not of one that had ended before', () => {
    const jobs = new Jobs({} as Connection);
    const ended = vi.fn();
    jobs.onEnd(ended);
    jobs.take([job('old', 'done'), job('a', 'running')]);
    jobs.take([job('old', 'done'), job('a', 'done')]);
    jobs.take([job('a', 'done')]);
    expect(ended.mock.calls.map(([one]) => one.id)).toEqual(['a']);
    jobs.take([job('a', 'done'), job('short', 'done')]);
    expect(ended.mock.calls.map(([one]) => one.id), 'one that was over before it was first seen').toEqual(['a', 'short']);
    jobs.take([job('a', 'done')]);
    expect([jobs.active.length, jobs.ended.length, jobs.byId('a')?.state, jobs.byId('x')]).toEqual([0, 1, 'done', null]);
  });
});

describe('words for a job', () => {
  it('say how far, how fast and how long still', () => {
    expect(jobProgress(job('a', 'running', { done: 23_120, total: 60_000, rate: 1204.3, etaSeconds: 31 }))).toBe('reading: 23,120 of 60,000 images, 1,204 a second, 31 s left');
    expect(jobProgress(job('a', 'running', { done: 4, rate: 1.25 }))).toBe('reading: 4 images, 1.3 a second');
    expect(jobProgress(job('a', 'waiting'))).toBe('waiting for its turn');
  });
  it('say what came of it', () => {
    expect(jobOutcome(job('a', 'done', { summary: '12 images imported' }))).toBe('12 images imported');
    expect(jobOutcome(job('a', 'interrupted'))).toBe('Interrupted: start it again to go on');
  });
  it('give times that can be read', () => {
    expect([0.2, 31, 89, 240, 7800].map(duration)).toEqual(['1 s', '31 s', '89 s', '4 min', '2 h 10 min']);
  });
});
