import { describe, expect, it } from 'vitest';
import { alarmLine, duration, jobLine, table } from '../../../src-main/cli/wording';
import type { Job } from '../../../src-main/contract/jobs';

const job: Job = {
  id: 'a', kind: 'import', title: 'Import', state: 'running', phase: 'reading', done: 1204, total: 60_000, unit: 'images', rate: 980.4, etaSeconds: 60,
  failures: [], failureCount: 0, error: null, summary: null, startedAt: 0, endedAt: null,
};

describe('wording', () => {
  it('tells durations in two units at most', () => {
    expect([0, 59.6, 61, 3600, 7325].map(duration)).toEqual(['0 s', '1 min 0 s', '1 min 1 s', '1 h 0 min', '2 h 2 min']);
  });
  it('tells phase, count, share, rate and time left, and leaves out what is unknown', () => {
    expect(jobLine(job)).toBe('reading: 1,204 of 60,000 images (2.0%), 980 a second, 1 min 0 s left');
    expect(jobLine({ ...job, total: null, rate: null, etaSeconds: null })).toBe('reading: 1,204 images');
  });
  it('lines columns up, numbers to the right', () => {
    expect(table(['name', 'n'], [['a', '1'], ['longer', '10']])).toBe('name     n\na        1\nlonger  10');
  });
  it('tells an alarm with its cause and the flags to change', () => {
    const alarm = { type: 'alarm', step: 1240, cause: 'few-symbols', raised: true, positions: [3], text: 'Position 3 is worth 2 symbols.', remedies: [{ field: 'learningRate', text: 'lower it.' }] } as const;
    expect(alarmLine({ ...alarm, positions: [3], remedies: [...alarm.remedies] })).toBe('step 1,240: ALARM few-symbols: Position 3 is worth 2 symbols.\n  --learning-rate: lower it.');
    expect(alarmLine({ ...alarm, raised: false, positions: [3], remedies: [] })).toBe('step 1,240: the alarm few-symbols is over.');
  });
});
