import { describe, expect, it, vi } from 'vitest';
import { GlyphscopeError } from '../../../src-main/contract/errors';
import { presetConfig } from '../../../src-main/contract/presets';
import { addRow, emptyColumns, packColumns } from '../../../src-main/contract/curves';
import type { Curves, Run, RunState, StepEvent, TrainingEvent } from '../../../src-main/contract/runs';
import { actionsFor, Training } from '../../../src-renderer/state/training.svelte';

const run = (id: number, changes: Partial<Run> = {}): Run => ({
  id, name: `run ${id}`, variant: 'GS 128', sweep: null, startedFrom: null, queuePlace: null, finding: null, state: 'training', config: presetConfig('tiny'), collection: 'cats', teacher: 't', backend: null, step: 0,
  usable: true, checkpointStep: 10, embedded: false, knnTop1: null, error: null, createdAt: id, encoded: [], diskBytes: 0, starred: false, note: '', ...changes,
});
const step = (number: number): StepEvent => ({
  type: 'step', step: number, epoch: 0, seconds: 0, loss: 1, lossByPrefix: [1], teacherEntropy: 1, kl: 1, usage: [1], perplexity: [1],
  quantizerTemperature: 1, learningRate: 1, gradientNorm: 1, stepsPerSecond: 1, etaSeconds: 1,
});

/** The parts of the app that Training needs, with an engine that answers from `state`. */
function setUp(state: { runs: Run[]; curves?: Curves; refuse?: GlyphscopeError }) {
  const library = {
    runs: state.runs as readonly Run[],
    revision: 1,
    refresh: vi.fn(async () => {
      library.runs = state.runs;
      library.revision += 1;
    }),
  };
  const followed: { open: (signal: AbortSignal) => unknown; onItem: (events: TrainingEvent[]) => void; stopped: boolean }[] = [];
  const asked: unknown[] = [];
  const agree = vi.fn(async () => {
    if (state.refuse) throw state.refuse;
  });
  const client = {
    runs: {
      list: async () => state.runs,
      curves: async () => state.curves ?? { run: 1, stride: 1, steps: [step(2)], evaluations: [], alarms: [], messages: [{ step: 1, level: 'warning', text: 'few' }] },
      stretch: async () => {
        const columns = emptyColumns(0);
        for (const event of state.curves?.steps ?? [step(1), step(2)]) addRow(columns, event);
        return { run: 1, stride: 1, length: columns.lists.lossByPrefix.length, rows: columns.places.step.length, values: packColumns(columns) };
      },
      watch: (input: unknown) => asked.push(input),
      pause: agree, resume: agree, stop: agree, remove: agree, evaluate: agree,
    },
  };
  const connection = {
    follow: (open: (signal: AbortSignal) => unknown, onItem: (events: TrainingEvent[]) => void) => {
      const entry = { open, onItem, stopped: false };
      followed.push(entry);
      return () => (entry.stopped = true);
    },
  };
  return { training: new Training({ client, connection, library } as never), library, followed, asked, agree };
}
const settled = () => new Promise((resolve) => setTimeout(resolve, 5));

describe('the list of runs', () => {
  it('shows the newest first and the one that came with the app last', () => {
    const { training } = setUp({ runs: [run(1, { embedded: true, createdAt: 99 }), run(2), run(3)] });
    expect(training.runs.map((r) => r.id)).toEqual([3, 2, 1]);
  });
  it('tells the library only when a state, name or description changed, not for every step', async () => {
    const state = { runs: [run(1)] };
    const { training, library } = setUp(state);
    state.runs = [run(1, { step: 40 })];
    await training.poll();
    expect(library.refresh).not.toHaveBeenCalled();
    expect(training.run(1)?.step).toBe(40);
    state.runs = [run(1, { step: 50, state: 'finished' })];
    await training.poll();
    expect(library.refresh).toHaveBeenCalledOnce();
    expect(training.run(1)?.state).toBe('finished');
  });
});

describe('watching a run', () => {
  it('loads the history, then asks for what comes after it, again after a lost connection', async () => {
    const { training, followed, asked } = setUp({ runs: [run(1)] });
    training.watch(1);
    await settled();
    expect(training.curves.lastStep).toBe(2);
    expect(training.messages.map((m) => m.text)).toEqual(['few']);
    followed[0].open(new AbortController().signal);
    followed[0].onItem([step(3), step(4)]);
    followed[0].open(new AbortController().signal);
    expect(asked).toEqual([{ run: 1, step: 2 }, { run: 1, step: 4 }]);
  });
  it('asks for the list once the state changes', async () => {
    const state = { runs: [run(1)] };
    const { training, followed, library } = setUp(state);
    training.watch(1);
    await settled();
    state.runs = [run(1, { state: 'paused' })];
    followed[0].onItem([{ type: 'state', state: 'paused', step: 2, error: null }]);
    await settled();
    expect(training.live?.state).toBe('paused');
    expect(library.refresh).toHaveBeenCalledOnce();
  });
  it('ends with what it returned, and forgets one run when another is watched', async () => {
    const state = { runs: [run(1), run(2)], curves: undefined as Curves | undefined };
    const { training, followed } = setUp(state);
    const end = training.watch(1);
    await settled();
    end();
    expect(followed[0].stopped).toBe(true);
    state.curves = { run: 2, stride: 1, steps: [], evaluations: [], alarms: [], messages: [] };
    training.watch(2);
    expect(training.curves.last).toBeNull();
    expect(training.messages).toEqual([]);
  });
});

describe('asking for something', () => {
  it('says why the engine refused', async () => {
    const refuse = new GlyphscopeError('RUN_BUSY', 'The run is still being prepared.', { remedy: 'Wait.' });
    const { training } = setUp({ runs: [run(1)], refuse });
    expect(await training.act('pause', run(1))).toBe(false);
    expect(training.failed).toEqual({ action: 'pause', error: refuse.detail });
    expect(training.pending).toBeNull();
    training.dismissFailure();
    expect(training.failed).toBeNull();
  });
  it('evaluates on the collection that is shown', async () => {
    const { training, agree } = setUp({ runs: [run(4)] });
    expect(await training.act('evaluate', run(4), 7)).toBe(true);
    expect(agree).toHaveBeenCalledWith({ run: 4, collection: 7 });
    expect(await training.act('evaluate', run(4), null)).toBe(false);
  });
});

describe('what can be asked in each state', () => {
  const table: [RunState, Partial<Run>, string[]][] = [
    ['queued', { usable: false }, ['start-now', 'stop']],
    ['queued', {}, ['start-now', 'stop', 'evaluate']],
    ['preparing', { usable: false }, ['stop', 'discard']],
    ['training', {}, ['pause', 'stop', 'discard']],
    ['paused', {}, ['resume', 'stop', 'discard', 'evaluate']],
    ['interrupted', {}, ['resume', 'evaluate', 'remove']],
    ['interrupted', { usable: false }, ['resume', 'remove']],
    ['stopped', {}, ['resume', 'evaluate', 'remove']],
    ['failed', { usable: false }, ['remove']],
    ['failed', {}, ['resume', 'evaluate', 'remove']],
    ['finished', {}, ['evaluate', 'remove']],
    ['finished', { embedded: true }, ['evaluate']],
  ];
  it.each(table)('%s %o', (state, changes, actions) => expect(actionsFor(run(1, { state, ...changes }))).toEqual(actions));
});
