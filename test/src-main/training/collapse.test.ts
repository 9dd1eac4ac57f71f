import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { resolveConfig, storedConfig } from '../../../src-main/contract/presets';
import { alarmEvent, collapseCause, trainingEvent, type CollapseCause } from '../../../src-main/contract/runs';
import { collapsed, CollapseWatch, findCollapse } from '../../../src-main/training/collapse';
import { remediesFor } from '../../../src-main/training/collapse-words';
import type { Signs } from '../../../src-main/training/signs';

const config = resolveConfig({ preset: 'small', vocabulary: 128, length: 4 });
const healthy: Signs = {
  step: 300, loss: 0.5, gradientNorm: 0.6, perplexity: [100, 90, 95, 102], mostSymbols: 128, descriptions: 250, repeated: 0.02, embeddingSpread: 0.95,
  projection: { teacherEntropy: 0.9, teacherInformation: 0.6, studentInformation: 0.3, centreOffset: 0.4 },
};
const projection = (changes: Partial<NonNullable<Signs['projection']>>): Partial<Signs> => ({ projection: { ...healthy.projection!, ...changes } });

/** Figures of each collapse, and the words and fields that its alarm must have. */
const collapses: Record<Exclude<CollapseCause, 'not-finite'>, { signs: Partial<Signs>; positions?: number[]; says: string; field: string }> = {
  'few-symbols': { signs: { perplexity: [100, 90, 3.1, 102] }, positions: [3], says: 'Position 3 is worth 3.1 symbols of 128, and was worth 95; less than 14 is a collapse.', field: 'learningRate' },
  'one-description': { signs: { perplexity: [1, 1.1, 1, 1], descriptions: 1.1, embeddingSpread: 0.001, ...projection({ studentInformation: 0 }) }, says: 'Nearly every image has the same description', field: 'learningRate' },
  'positions-alike': { signs: { repeated: 0.99 }, says: '99% of the symbols repeat the one before', field: 'diversityWeight' },
  'constant-embedding': { signs: { embeddingSpread: 0.003, ...projection({ studentInformation: 0 }) }, says: 'the embedding read from them does not (spread 0.0030 of 1)', field: 'learningRate' },
  'constant-output': { signs: projection({ studentInformation: 0.001 }), says: 'ignores its input: it tells 0.0010 nats of the image, the teacher\'s 0.60', field: 'learningRate' },
  'uniform-teacher': { signs: projection({ teacherEntropy: 0.99, teacherInformation: 0.01 }), says: 'near the greatest possible (99% of ln P)', field: 'teacherTemperature' },
  'constant-teacher': { signs: projection({ teacherEntropy: 0.01, teacherInformation: 0 }), says: 'in a few outputs (entropy 1% of ln P)', field: 'teacherTemperature' },
  'centre-off': { signs: projection({ teacherEntropy: 0.05, teacherInformation: 0.001, centreOffset: 20 }), says: 'the centre is far from the outputs that it should follow (20 nats', field: 'learningRate' },
  diverging: { signs: { gradientNorm: 80 }, says: 'diverges: gradient norm 80, loss 0.50; usual before: 0.60 and 0.50', field: 'learningRate' },
};

describe('each collapse has its own cause', () => {
  for (const [cause, { signs, positions = [], says, field }] of Object.entries(collapses))
    it(cause, () => {
      const watch = new CollapseWatch(config);
      for (let step = 300; step < 500; step += 10) expect(watch.judge({ ...healthy, step })).toEqual([]);
      const events = watch.judge({ ...healthy, ...signs, step: 500 });
      expect(events.map((event) => event.cause)).toEqual([cause]);
      expect(alarmEvent.parse(events[0])).toEqual(events[0]);
      expect(events[0]).toMatchObject({ raised: true, step: 500, positions, text: expect.stringContaining(says) as string });
      expect(events[0].remedies.map((remedy) => remedy.field)).toContain(field);
      expect(watch.standing).toEqual([{ cause, positions }]);
    });

  it('not-finite', () => {
    expect(new CollapseWatch(config).notFinite(7)).toMatchObject({ cause: 'not-finite', text: expect.stringContaining('step 7') as string });
  });

  it('several at once are all told', () => {
    const both = { ...healthy, perplexity: [2, 90, 2, 100], ...projection({ teacherEntropy: 0.99, teacherInformation: 0 }) };
    expect(findCollapse(both, null, 0.1)).toEqual([{ cause: 'few-symbols', positions: [1, 3] }, { cause: 'uniform-teacher', positions: [] }]);
  });

  it('an absurd learning rate is the first thing to change, whatever collapsed', () => {
    for (const cause of collapseCause.options) {
      const fields = remediesFor(cause, { ...config, learningRate: 0.3 }).map(({ field }) => field);
      expect(fields[0]).toBe('learningRate');
      expect(fields.filter((field) => field === 'learningRate')).toHaveLength(1);
    }
  });

  it('each names one to four fields to change, whatever the variant, and none that is as advised', () => {
    for (const changes of [{}, { preset: 'paper' }, { quantizer: 'vector', codeRevival: 0 }, { quantizer: 'sharpened', descriptor: 'autoregressive' }])
      for (const cause of collapseCause.options) {
        const one = resolveConfig(changes);
        const remedies = remediesFor(cause, one);
        expect(remedies.length, cause).toBeGreaterThan(0);
        expect(remedies.length, cause).toBeLessThanOrEqual(4);
        for (const { field, text } of remedies) expect(text, field).not.toMatch(new RegExp(`(set it to|take) ${String(one[field])}(?![.]?\\d)`));
      }
  });
});

describe('an alarm', () => {
  const few = { ...healthy, perplexity: [100, 90, 3.1, 102] };

  it('comes once, again for another position, and is over after eight healthy probes', () => {
    const watch = new CollapseWatch(config);
    const told = (signs: Signs, step: number) => watch.judge({ ...signs, step }).map(({ raised, positions }) => ({ raised, positions }));
    told(healthy, 200);
    expect(told(few, 210)).toEqual([{ raised: true, positions: [3] }]);
    expect(told(few, 220)).toEqual([]);
    expect(told({ ...few, perplexity: [2, 90, 3.1, 102] }, 230)).toEqual([{ raised: true, positions: [1, 3] }]);
    expect(watch.judge({ ...few, perplexity: [2, 1, 3.1, 102], step: 235 })[0].text).toBe('Positions 1, 2 and 3 are worth 1.0 to 3.1 symbols of 128, and were worth 90 to 100; less than 14 is a collapse.');
    expect(told({ ...few, perplexity: [2, 90, 3.1, 102] }, 236)).toEqual([]);
    for (let i = 0; i < 7; i++) expect(told(healthy, 240 + 10 * i)).toEqual([]);
    expect(told(healthy, 310)).toEqual([{ raised: false, positions: [1, 2, 3] }]);
    expect(watch.standing).toEqual([]);
  });

  it('at the limit does not come and go: a position must be clearly better to be right again', () => {
    const watch = new CollapseWatch(config); // the least perplexity is 13.7
    const at = (perplexity: number, step: number) => watch.judge({ ...healthy, perplexity: [perplexity, 90, 90, 90], step }).map(({ raised }) => raised);
    expect(at(100, 200)).toEqual([]);
    expect(at(13, 210)).toEqual([true]);
    for (let step = 220; step < 400; step += 10) expect(at(15, step)).toEqual([]);
    for (let step = 400; step < 470; step += 10) at(18, step);
    expect(at(18, 470)).toEqual([false]);
  });

  it('waits with what was wrong from the start until step 150, or the end of a longer warm-up', () => {
    for (const [warmup, first] of [[100, 150], [300, 300]]) {
      const watch = new CollapseWatch({ ...config, warmup });
      for (let step = 80; step < first; step += 10) expect(watch.judge({ ...few, step })).toEqual([]);
      expect(watch.judge({ ...few, step: first })).toMatchObject([{ cause: 'few-symbols', text: expect.stringMatching(/^Position 3 is worth 3\.1 symbols of 128; less/) as string }]);
    }
  });

  it('does not wait with what was right before', () => {
    const watch = new CollapseWatch(config);
    watch.judge({ ...healthy, step: 80 });
    expect(watch.judge({ ...few, step: 90 })).toHaveLength(1);
  });

  it('that stood at the checkpoint is not raised again, but can be over', () => {
    const watch = new CollapseWatch(config, [{ cause: 'few-symbols', positions: [3] }]);
    expect(watch.judge({ ...few, step: 400 })).toEqual([]);
    for (let step = 410; step < 480; step += 10) watch.judge({ ...healthy, step });
    expect(watch.judge({ ...healthy, step: 480 })).toMatchObject([{ raised: false, cause: 'few-symbols' }]);
  });

  it('is not over because a worse one hides it', () => {
    const watch = new CollapseWatch(config);
    watch.judge({ ...healthy, step: 200 });
    watch.judge({ ...few, step: 210 });
    for (let step = 220; step < 400; step += 10) expect(watch.judge({ ...few, ...collapses['one-description'].signs, step }).every(({ raised }) => raised)).toBe(true);
    expect(watch.standing.map(({ cause }) => cause)).toEqual(['few-symbols', 'one-description']);
  });

  it('of symbols is never raised with a share of 0, and sooner with a larger one', () => {
    expect(findCollapse({ ...healthy, perplexity: [1, 1, 1, 1] }, null, 0)).toEqual([]);
    expect(findCollapse(healthy, null, 0.75)).toEqual([{ cause: 'few-symbols', positions: [2, 3] }]);
  });

  it('becomes the reason of a stop, with every field to change', () => {
    const watch = new CollapseWatch(config);
    watch.judge({ ...healthy, step: 300 });
    const [alarm] = watch.judge({ ...few, step: 310 });
    const { code, message, remedy } = collapsed(alarm).detail;
    expect(code).toBe('COLLAPSED');
    expect(message).toBe(`Stopped by an alarm at step 310: ${alarm.text}`);
    for (const { field } of alarm.remedies) expect(remedy).toContain(field);
  });
});

it('the log of the embedded run raises none', () => {
  const folder = fileURLToPath(new URL('../../../resources/run', import.meta.url));
  const card = JSON.parse(readFileSync(join(folder, 'card.json'), 'utf8')) as { config: unknown };
  const own = storedConfig.parse(card.config);
  const watch = new CollapseWatch(own);
  let judged = 0;
  for (const line of readFileSync(join(folder, 'log.jsonl'), 'utf8').trim().split('\n')) {
    const event = trainingEvent.parse(JSON.parse(line));
    if (event.type !== 'step' || event.step < 80) continue;
    const { step, loss, gradientNorm, perplexity } = event;
    judged++;
    expect(watch.judge({ step, loss, gradientNorm, perplexity, mostSymbols: own.vocabulary, descriptions: null, repeated: null, embeddingSpread: null, projection: null })).toEqual([]);
  }
  expect(judged).toBeGreaterThan(100);
});
