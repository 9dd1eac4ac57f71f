import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { prefixWeights, studentLoss, type LossInput } from '../../../src-main/model/losses';
import type { Student } from '../../../src-main/model/student';
import { kinds, smallLossInput, smallStudent } from './small-student';
import './started-backend';

function measure(student: Student, changes: Partial<LossInput> = {}) {
  const input = smallLossInput(student, changes);
  const result = studentLoss(student, input);
  const read = {
    loss: result.loss.dataSync()[0],
    byRow: result.lossByRow.dataSync<'float32'>().slice(),
    rows: result.lossByRow.shape[1] as number,
    gradients: Object.fromEntries(Object.entries(result.gradients).map(([name, g]) => [name, g.dataSync<'float32'>().slice()])),
    entropies: result.projection?.entropies.dataSync<'float32'>().slice(),
    targets: result.projection?.targets.dataSync<'float32'>().slice(),
  };
  tf.dispose(result);
  tf.dispose([input.features, ...(input.noise ? [input.noise] : [])]);
  return read;
}

for (const kind of kinds)
  describe(`the loss of the ${kind} student`, () => {
    const student = smallStudent(kind);

    it('is a finite number, the prefix-weighted mean of its rows', () => {
      const { loss, byRow, rows } = measure(student);
      const weights = prefixWeights({ prefixWeight: 0.9, prefixLoss: true, length: 4 });
      let sum = 0;
      byRow.forEach((value, i) => (sum += (value * weights[Math.floor(i / rows)]) / rows));
      expect(loss).toBeCloseTo(sum, 4);
    });

    it('gives a gradient to every weight of the student and none to the teacher', () => {
      const { gradients } = measure(student);
      const wanted = student.parameters.names().filter((name) => student.parameters.kind(name) !== 'fixed');
      expect(Object.keys(gradients).sort()).toEqual(wanted.sort());
      for (const [name, values] of Object.entries(gradients)) expect(values.some((value) => value !== 0), name).toBe(true);
    });

    it('leaves what it returns and nothing else', () => {
      const everyWay = () => {
        measure(student);
        measure(student, { projectionWeight: 0 });
        measure(student, { alignmentWeight: 0, crossView: false, noise: null, straightThrough: false });
      };
      everyWay(); // constants are made once
      const before = tf.memory().numTensors;
      everyWay();
      expect(tf.memory().numTensors).toBe(before);
    });

    it('has the slope that the gradient says, where no symbol depends on the weight', () => {
      // Weights after the symbols: the symbols stay, so the loss is smooth.
      for (const name of ['interpreter.output.weight', 'interpreter.block0.mlp.hidden.weight', 'interpreter.block1.attention.input.bias', 'projector.layer0.weight', 'projector.last.weight']) {
        const { gradients } = measure(student);
        const variable = student.parameters.variable(name);
        const base = tf.tidy(() => variable.value().dataSync<'float32'>().slice());
        for (let i = 0; i < base.length; i += Math.ceil(base.length / 4)) {
          const at = (value: number) => {
            const tensor = tf.tensor(base.map((v, k) => (k === i ? value : v)), variable.shape);
            variable.assign(tensor);
            tensor.dispose();
            return measure(student).loss;
          };
          const slope = (at(base[i] + 1e-2) - at(base[i] - 1e-2)) / 2e-2;
          at(base[i]);
          expect(Math.abs(slope - gradients[name][i]), name).toBeLessThan(2e-3 + 0.02 * Math.abs(slope));
        }
      }
    });
  });

describe('targets', () => {
  const student = smallStudent('residual');
  it('of a view are distributions: its own, or the mean of the other views', () => {
    const own = measure(student, { crossView: false }).targets!;
    const others = measure(student, { crossView: true }).targets!;
    const [rows, P] = [6, 7];
    for (let r = 0; r < rows; r++) {
      let sum = 0;
      for (let p = 0; p < P; p++) {
        sum += own[r * P + p];
        // two views of three images: the other view of row r is row r ± 3
        expect(others[r * P + p]).toBeCloseTo(own[((r + 3) % 6) * P + p], 5);
      }
      expect(sum).toBeCloseTo(1, 5);
    }
  });

  it('bound the cross-entropy from below by their own entropy', () => {
    const { entropies, targets } = measure(student);
    for (let r = 0; r < 6; r++) {
      let entropy = 0;
      for (let p = 0; p < 7; p++) if (targets![r * 7 + p] > 0) entropy -= targets![r * 7 + p] * Math.log(targets![r * 7 + p]);
      for (let j = 0; j < 4; j++) expect(entropies![j * 6 + r]).toBeGreaterThan(entropy - 1e-4);
    }
  });
});

describe('prefix weights', () => {
  it('are λ^j, divided by their sum', () => {
    const weights = (prefixWeight: number, length: number, prefixLoss = true) => Array.from(prefixWeights({ prefixWeight, prefixLoss, length }));
    expect(weights(2, 3)).toEqual([2 / 14, 4 / 14, 8 / 14].map(Math.fround));
    expect(weights(0.5, 3)).toEqual([4 / 7, 2 / 7, 1 / 7].map(Math.fround));
    expect(weights(1, 4)).toEqual([0.25, 0.25, 0.25, 0.25]);
    expect(weights(2, 3, false)).toEqual([0, 0, 1]);
  });
});
