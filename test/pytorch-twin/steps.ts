import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { studentShape } from '../../src-main/model/shapes';
import { Student } from '../../src-main/model/student';
import { trainNeighbourMap } from '../../src-main/training/neighbour-map';
import { beginTraining, endTraining, trainingStep } from '../../src-main/training/step';
import { atStep, cases, Comparison, configOf, Fixture } from './fixture';

/**
 * A bias without its part for the keys. It adds the same to all scores of a query, which softmax does not see: its
 * gradient is 0 but for rounding, and Adam, which divides a gradient by its own size, makes steps of the rounding.
 */
function withEffect(name: string, values: Float32Array): Float32Array {
  const third = values.length / 3;
  if (name.endsWith('.attention.input.bias')) return Float32Array.from([...values.subarray(0, third), ...values.subarray(2 * third)]);
  return name.endsWith('.memory.input.bias') ? values.subarray(values.length / 2) : values;
}

/** Whole training steps: what each measures, and every weight, moment, the teacher's projector, centre and codebook after it. */
export function compareSteps(): void {
  const compared = new Comparison('steps');

  describe('ten training steps', () => {
    it('of the neighbour map', async () => {
      const fixture = new Fixture('neighbour-map');
      const config = configOf(cases.neighbourMap);
      const [clean, neighbourhood] = [fixture.tensor('clean'), fixture.tensor('neighbourhood')];
      const weights = await trainNeighbourMap({ config, shape: studentShape(config, cases.featureWidth), clean, neighbourhood, scales: fixture.array('scales').data });
      expect(weights.map(({ name }) => name).sort()).toEqual(fixture.under('after/').map(({ name }) => name).sort());
      for (const { name, data } of weights) compared.same(data, fixture.array(`after/${name}`), `neighbour map, ${name}`);
      tf.dispose([clean, neighbourhood]);
    });
    for (const [name, { config: changes, tokens }] of Object.entries(cases.steps))
      it(name, async () => {
        const fixture = new Fixture(`steps-${name}`);
        const config = configOf(changes);
        const student = Student.create(studentShape(config, cases.featureWidth, tokens), config.seed, { trainable: true, imitates: config.imitationSteps > 0 });
        const weights = fixture.under('weight/');
        expect(weights.map((weight) => weight.name).sort()).toEqual(student.parameters.names().sort());
        student.parameters.write(weights.map((weight) => atStep(weight, 0)));
        const training = beginTraining(config, student);
        for (let step = 0; step < config.steps; step++) {
          const where = (what: string) => `${name}, step ${step}, ${what}`;
          const given = (what: string) => atStep(fixture.array(what), step).data;
          const measures = trainingStep(training, step, given('features'), tokens && given('tokens'));
          for (const [measure, tensor] of Object.entries(measures)) compared.same(tensor, atStep(fixture.array(measure), step), where(measure));
          tf.dispose(measures);
          for (const { name: weight, data } of await student.parameters.read()) {
            const theirs = fixture.array(`weight/${weight}`);
            const then = atStep(theirs, theirs.shape[0] > 1 ? step + 1 : 0); // of what never changes there is one row
            compared.same(withEffect(weight, data), { ...then, data: withEffect(weight, then.data) }, where(weight));
          }
          const moments = await training.optimizer.read();
          expect(moments.map((moment) => moment.name).sort()).toEqual(fixture.under('moment/').map((moment) => moment.name).sort());
          for (const { name: moment, data } of moments) compared.same(data, atStep(fixture.array(`moment/${moment}`), step), where(moment));
        }
        endTraining(training);
        student.dispose();
      });
  });
}
