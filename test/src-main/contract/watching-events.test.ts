import { describe, expect, it } from 'vitest';
import { addRow, emptyColumns, packColumns, placeColumns, unpackColumns, valueColumns } from '../../../src-main/contract/curves';
import { evaluationEvent, stepEvent, trainingEvent, type StepEvent } from '../../../src-main/contract/runs';

const step: StepEvent = {
  type: 'step', step: 3, epoch: 0.5, seconds: 1.25, loss: 2, lossByPrefix: [3, 1], teacherEntropy: 5, kl: 0.5, usage: [1, 0.5], perplexity: [9, 4],
  quantizerTemperature: 1, learningRate: 1e-3, gradientNorm: 2, stepsPerSecond: 4, etaSeconds: 10,
};

describe('events of before', () => {
  it('are still understood, and stay as they are', () => {
    expect(trainingEvent.parse(step)).toEqual(step);
    const old = { type: 'evaluation' as const, step: 10, knnTop1: { '1': 0.3 }, teacher: 0.6 };
    expect(evaluationEvent.parse(old)).toEqual(old);
    expect(stepEvent.parse(step).memoryBytes).toBeUndefined();
  });
});

describe('steps as columns', () => {
  it('come back from their bytes as they were, gaps as gaps', async () => {
    const columns = emptyColumns(0);
    addRow(columns, step);
    addRow(columns, { ...step, step: 4, memoryBytes: 1e9 });
    const back = await unpackColumns({ length: 2, rows: 2, values: packColumns(columns) });
    expect(back).toEqual(columns);
    expect(back.scalars.memoryBytes).toEqual([null, 1e9]);
    expect(back.scalars.gpuBytes).toEqual([null, null]);
    for (const column of [...placeColumns(back), ...valueColumns(back)]) expect(column.length).toBe(2);
  });

  it('that are not as many as they say are refused', async () => {
    await expect(unpackColumns({ length: 2, rows: 2, values: new Blob([new Float64Array(5)]) })).rejects.toThrow('5 numbers are not 2 rows of');
  });
});
