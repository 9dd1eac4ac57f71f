import { describe, expect, it } from 'vitest';
import type { Run } from '../../../../src-main/contract/runs';
import { findingWords, stateSentence } from '../../../../src-renderer/pages/training/run-words';

const sentence = (state: Run['state'], step: number, checkpointStep: number | null) => stateSentence({ state, error: null, step, checkpointStep, usable: checkpointStep !== null } as Run);

describe('where a run goes on is said', () => {
  it('with the step of its checkpoint and the steps that are done again', () => {
    expect(sentence('interrupted', 1412, 1400)).toBe('Interrupted when Glyphscope ended. Resuming goes on from the checkpoint of step 1,400; 12 steps are done again.');
    expect(sentence('interrupted', 1401, 1400)).toContain('; 1 step is done again.');
    expect(sentence('paused', 400, 400)).toBe('Paused at step 400. Resuming goes on from the checkpoint of step 400.');
  });
  it('without a checkpoint: it begins again', () => {
    expect(sentence('interrupted', 3, null)).toContain('There is no checkpoint yet: resuming begins again.');
    expect(sentence('failed', 0, null)).toBeNull();
  });
});

it('a run that waits says when its turn comes', () => {
  expect(stateSentence({ state: 'queued', queuePlace: 2, error: null, step: 0, checkpointStep: null } as Run)).toBe('Number 2 of the runs that wait: its turn comes when what is trained now, and what stands before it, is done.');
});

it('a finding is told with its step and how many others stand', () => {
  const finding = { title: 'few symbols in use', raisedAt: 1200 };
  expect(findingWords(finding)).toBe('few symbols in use, since step 1,200');
  expect(findingWords({ ...finding, standing: 2 })).toBe('few symbols in use, since step 1,200; 1 more stands');
  expect(findingWords({ ...finding, standing: 4 })).toBe('few symbols in use, since step 1,200; 3 more stand');
});
