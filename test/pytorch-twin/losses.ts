import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { gumbelNoise, prefixWeights, studentLoss } from '../../src-main/model/losses';
import { RandomStream } from '../../src-main/model/random';
import { studentShape } from '../../src-main/model/shapes';
import { Student } from '../../src-main/model/student';
import { schedules } from '../../src-main/training/schedules';
import { cases, Comparison, configOf, Fixture } from './fixture';

/** The whole loss under every option, its parts and the gradients of all weights. */
export function compareLosses(): void {
  const compared = new Comparison('losses');

  for (const [name, { config: changes, tokens, variants }] of Object.entries(cases.losses))
    describe(`the loss of the student "${name}"`, () => {
      const fixture = new Fixture(`losses-${name}`);
      for (const [variant, options] of Object.entries(variants))
        it(variant, () => {
          const config = configOf(changes, options);
          const { length: L, vocabulary: K } = config;
          const rows = config.views * config.batch;
          const student = Student.create(studentShape(config, cases.featureWidth, tokens), 0, { trainable: true, imitates: config.imitationSteps > 0 });
          const weights = fixture.under('weight/');
          expect(weights.map((weight) => weight.name).sort()).toEqual(student.parameters.names().sort());
          student.parameters.write(weights);
          const schedule = schedules(config);
          const result = tf.tidy(() => {
            const uniforms = tf.tensor3d(new RandomStream(config.seed, 'noise', 0).uniforms(L * rows * K), [L, rows, K]);
            return studentLoss(student, {
              ...config,
              features: fixture.tensor('features'),
              ...(tokens && { tokens: fixture.tensor('tokens') }),
              noise: config.quantizer === 'gumbel' && config.gumbelNoise > 0 ? gumbelNoise(uniforms, config.gumbelNoise) : null,
              quantizerTemperature: tf.scalar(schedule.quantizerTemperature[0]),
              teacherTemperature: tf.scalar(schedule.teacherTemperature[0]),
              imitation: schedule.imitationWeight[0] > 0 ? tf.scalar(schedule.imitationWeight[0]) : undefined,
              prefixWeights: prefixWeights(config),
            });
          });
          const same = (tensor: tf.Tensor, part: string) => compared.same(tensor, fixture.array(`${variant}/${part}`), `${name}, ${variant}, ${part}`);
          same(result.symbols, 'symbols');
          same(result.loss, 'loss');
          same(result.lossByRow, 'lossByRow');
          expect(result.projection !== undefined).toBe(config.projectionWeight > 0);
          for (const [part, tensor] of Object.entries(result.projection ?? {})) same(tensor, part);
          expect(Object.keys(result.gradients).sort()).toEqual(fixture.under(`${variant}/gradient/`).map((gradient) => gradient.name).sort());
          for (const [weight, gradient] of Object.entries(result.gradients)) same(gradient, `gradient/${weight}`);
          tf.dispose(result);
          student.dispose();
        });
    });
}
