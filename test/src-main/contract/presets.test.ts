import { describe, expect, it } from 'vitest';
import { field, presetName, trainingConfig } from '../../../src-main/contract/config';
import { presetConfig, resolveConfig, variantName } from '../../../src-main/contract/presets';

describe('presets', () => {
  for (const preset of presetName.options)
    it(`${preset} is complete and valid`, () => {
      expect(resolveConfig({ preset })).toEqual(presetConfig(preset));
      expect(trainingConfig.parse(presetConfig(preset))).toEqual(presetConfig(preset));
    });

  it('paper has the publication\'s sizes and its plain descriptor and loss', () => {
    expect(presetConfig('paper')).toMatchObject({
      descriptorHeads: 8, descriptorLayers: 6, interpreterHeads: 6, interpreterLayers: 12, projectorOutputs: 8192, batch: 64, views: 4, length: 8,
      descriptor: 'autoregressive', crossView: false, alignmentWeight: 0, projectionWeight: 1, channels: 0,
      prefixLoss: true, diversityWeight: 0, imitationSteps: 0, interpreterAttention: 'causal', vectorGradient: 'straight-through', codeRevival: 0,
    });
  });

  it('small is taken where none is named', () => {
    expect(resolveConfig({}).preset).toBe('small');
    expect(resolveConfig({ steps: 5 })).toEqual({ ...presetConfig('small'), steps: 5 });
    expect(resolveConfig({ steps: undefined })).toEqual(presetConfig('small'));
  });
});

describe('every field', () => {
  it('has a label, a group, and help of a sentence or more', () => {
    for (const [name, schema] of Object.entries(trainingConfig.shape)) {
      const meta = field.get(schema);
      expect(meta, name).toBeDefined();
      expect(meta!.label.length, name).toBeGreaterThan(2);
      expect(meta!.help, name).toMatch(/\w.{20,}\.$/);
    }
    const labels = Object.values(trainingConfig.shape).map((schema) => field.get(schema)!.label);
    expect(new Set(labels).size).toBe(labels.length);
  });
});

describe('a config is refused with the name of the field', () => {
  const refusals: [Record<string, unknown>, string, string][] = [
    [{ preset: 'huge' }, 'preset', 'Preset "huge" does not exist: expected tiny, small, base, paper.'],
    [{ stepz: 1 }, 'stepz', 'There is no training field named stepz.'],
    [{ steps: 0 }, 'steps', 'steps = 0: '],
    [{ steps: '100' }, 'steps', 'steps = "100": '],
    [{ vocabulary: 12.5 }, 'vocabulary', 'vocabulary = 12.5: '],
    [{ width: 100, descriptorHeads: 8 }, 'descriptorHeads', 'descriptorHeads = 8 does not divide width = 100.'],
    [{ width: 128, interpreterHeads: 6 }, 'interpreterHeads', 'interpreterHeads = 6 does not divide width = 128.'],
    [{ views: 1, crossView: true }, 'crossView', 'crossView needs 2 views or more, views = 1.'],
    [{ views: 1 }, 'channels', 'views = 1'],
    [{ projectionWeight: 0, alignmentWeight: 0 }, 'alignmentWeight', 'nothing to learn'],
    [{ gumbelTemperatureStart: 0.1, gumbelTemperatureEnd: 0.2 }, 'gumbelTemperatureEnd', 'is above gumbelTemperatureStart = 0.1'],
    [{ sharpenedTemperatureStart: 0.05 }, 'sharpenedTemperatureEnd', 'is above sharpenedTemperatureStart = 0.05'],
    [{ codeWidth: 0 }, 'codeWidth', 'codeWidth = 0: '],
    [{ teacherTemperature: 0.2 }, 'teacherTemperature', 'is not below studentTemperature'],
    [{ heldOut: 0 }, 'heldOut', 'evaluateEvery asks for measurements'],
    [JSON.parse('{"__proto__": {"steps": 5}, "constructor": 1}') as Record<string, unknown>, '__proto__', 'no training field'],
  ];
  for (const [given, subject, message] of refusals)
    it(JSON.stringify(given), () => {
      expect(() => resolveConfig(given)).toThrow(expect.objectContaining({ code: 'INVALID_INPUT', subject, message: expect.stringContaining(message) as string }) as Error);
    });
});

it('a variant is named as in the paper', () => {
  expect(variantName(presetConfig('small'))).toBe('GS 128');
  expect(variantName({ quantizer: 'vector', vocabulary: 512 })).toBe('VQ 512');
  expect(variantName({ quantizer: 'sharpened', vocabulary: 16 })).toBe('SS 16');
});
