import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { prefixWeights, studentLoss } from '../../../src-main/model/losses';
import { Student } from '../../../src-main/model/student';
import { decodeSafetensors } from '../../../src-main/training/safetensors';
import { kinds, smallShape } from './small-student';
import './started-backend';

for (const kind of kinds)
  describe(`the ${kind} student in PyTorch (bench/training-step/make_fixture.py)`, () => {
    const file = fileURLToPath(new URL(`twin-${kind}.safetensors`, import.meta.url));
    const arrays = new Map(decodeSafetensors(readFileSync(file), file).map((array) => [array.name, array]));
    const array = (name: string) => arrays.get(name)!;
    const weights = [...arrays.values()].filter(({ name }) => name.startsWith('weight/')).map((stored) => ({ ...stored, name: stored.name.slice('weight/'.length) }));

    for (const [name, straightThrough] of [['hard', true], ['soft', false]] as const)
      it(`has the same loss and gradients with ${name} symbols`, () => {
        const student = Student.create(smallShape(kind), 0, { trainable: true });
        expect(weights.map((weight) => weight.name).sort()).toEqual(student.parameters.names().sort());
        student.parameters.write(weights);
        const result = tf.tidy(() =>
          studentLoss(student, {
            features: tf.tensor2d(array('features').data, [6, 8]),
            noise: tf.tensor3d(array('noise').data, [4, 6, 5]),
            views: 2, quantizerTemperature: tf.scalar(0.7), straightThrough, vectorGradient: 'rotation', commitmentWeight: 0, diversityWeight: 0,
            prefixWeights: prefixWeights({ prefixWeight: 0.9, prefixLoss: true, length: 4 }), projectionWeight: 1, alignmentWeight: 0.5, crossView: true,
            studentTemperature: 0.3, teacherTemperature: tf.scalar(0.2),
          }),
        );
        expect(result.loss.dataSync()[0]).toBeCloseTo(array(`${name}/loss`).data[0], 4);
        const means = result.projection!.teacherMean.dataSync();
        array(`${name}/teacherMean`).data.forEach((value, i) => expect(means[i]).toBeCloseTo(value, 4));
        const wanted = [...arrays.keys()].filter((key) => key.startsWith(`${name}/gradient/`)).map((key) => key.slice(`${name}/gradient/`.length));
        expect(Object.keys(result.gradients).sort()).toEqual(wanted.sort());
        for (const [weight, gradient] of Object.entries(result.gradients)) {
          const theirs = array(`${name}/gradient/${weight}`).data;
          const largest = Math.max(...theirs.map(Math.abs));
          gradient.dataSync<'float32'>().forEach((value, i) => expect(Math.abs(value - theirs[i]), weight).toBeLessThan(1e-5 + 2e-3 * largest));
        }
        tf.dispose(result);
        student.dispose();
      });
  });
