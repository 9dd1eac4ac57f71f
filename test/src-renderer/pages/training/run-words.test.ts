import { describe, expect, it } from 'vitest';
import type { Run } from '../../../../src-main/contract/runs';
import { stateSentence } from '../../../../src-renderer/pages/training/run-words';

const sentence = (state: Run['state'], step: number, checkpointStep: number | null) => stateSentence({ state, error: null, step, checkpointStep, usable: checkpointStep !== null } as Run);

describe('where a run goes on is said', () => {
  it('with the step of its checkpoint and the steps that are done again', () => {
    expect(sentence('interrupted', 1412, 1400)).toBe('The trainer ended without being asked. Resuming goes on from the checkpoint of step 1,400; 12 steps are done again.');
    expect(sentence('interrupted', 1401, 1400)).toContain('; 1 step is done again.');
    expect(sentence('paused', 400, 400)).toBe('Paused at step 400. Resuming goes on from the checkpoint of step 400.');
  });
  it('without a checkpoint: it begins again', () => {
    expect(sentence('interrupted', 3, null)).toContain('There is no checkpoint yet: resuming begins again.');
    expect(sentence('failed', 0, null)).toBeNull();
  });
});
