import { describe, expect, it } from 'vitest';
import { findReadout, readFeatures } from '../../../src-main/teacher/readout';

const hidden = (length: number) => ({ name: 'last_hidden_state', dims: [1, length, 384] });
const pooler = { name: 'pooler_output', dims: [1, 384] };
const layout = { patchSize: 16, registers: 0 };

describe("what is read out of a model's outputs", () => {
  it('is the class token where there is one, with the patches as tokens', () => {
    expect(findReadout([hidden(197), pooler], 224, layout)).toEqual({ readout: { feature: 'class', pooled: 'pooler_output', hidden: 'last_hidden_state', leading: 1 }, featureWidth: 384, tokens: { count: 196, width: 384 } });
  });
  it('knows registers by what is left beside the patches, and a larger grid by the input', () => {
    expect(findReadout([hidden(261)], 224, { patchSize: 14, registers: 4 }).readout.leading).toBe(5);
    expect(findReadout([hidden(1370)], 518, { patchSize: 14, registers: 0 })).toMatchObject({ readout: { leading: 1 }, tokens: { count: 1369 } });
    expect(findReadout([hidden(201)], 224, { patchSize: null, registers: 4 })).toMatchObject({ readout: { leading: 5 }, tokens: { count: 196 } });
  });
  it("is the model's own vector for CLIP, and where there is no class token", () => {
    expect(findReadout([{ name: 'image_embeds', dims: [1, 512] }, hidden(197)], 224, layout)).toMatchObject({ readout: { feature: 'pooled', pooled: 'image_embeds' }, featureWidth: 512, tokens: { count: 196, width: 384 } });
    expect(findReadout([hidden(196), pooler], 224, layout)).toMatchObject({ readout: { feature: 'pooled', leading: 0 } });
    expect(findReadout([hidden(196)], 224, layout)).toMatchObject({ readout: { feature: 'mean' } });
  });
  it('is what was wished, if the model has it', () => {
    expect(findReadout([hidden(197), pooler], 224, layout, 'mean').readout.feature).toBe('mean');
    expect(() => findReadout([hidden(197)], 224, layout, 'pooled')).toThrow('This model cannot give the feature "pooled": it gives last_hidden_state [1, 197, 384].');
    expect(() => findReadout([pooler], 224, layout, 'class')).toThrow(/cannot give the feature "class"/);
  });
  it('is nothing for a classifier, and the message says so', () => {
    try {
      findReadout([{ name: 'logits', dims: [1, 1000] }], 224, layout);
      expect.unreachable();
    } catch (error) {
      expect(error).toMatchObject({ code: 'TEACHER_UNUSABLE', message: expect.stringContaining('The model gives logits [1, 1000], and none of it is a feature'), remedy: expect.stringContaining('exported to classify') });
    }
  });
  it('takes the mean over the patches alone', () => {
    const out = new Float32Array(5);
    readFeatures(Float32Array.from([9, 9, 1, 2, 3, 4, /**/ 9, 9, 5, 6, 7, 8]), 2, 2, { feature: 'mean', leading: 1 }, out, 1);
    expect([...out]).toEqual([0, 2, 3, 6, 7]);
    readFeatures(Float32Array.from([9, 8, 1, 2, 3, 4, /**/ 7, 6, 5, 6, 7, 8]), 2, 2, { feature: 'class', leading: 1 }, out, 1);
    expect([...out]).toEqual([0, 9, 8, 7, 6]);
  });
});
