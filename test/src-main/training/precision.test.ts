import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { hasBfloat16 } from '../../../src-main/model/bfloat16';
import { removeFolder, temporaryFolder } from '../../support/temporary';
import '../model/started-backend';
import { eventsOf, trainOptions } from './small-training';

let folder = '';
beforeAll(() => (folder = temporaryFolder('precision')));
afterAll(() => removeFolder(folder));

it('a training in bfloat16 is near that in float32 where the processor has it, and the same where it has not', async () => {
  const losses = async (precision: string) => {
    const events = await eventsOf(trainOptions(join(folder, precision), { precision, steps: 10, evaluateEvery: 0 }));
    return events.flatMap((event) => (event.type === 'step' && (event.step === 1 || event.step === 10) ? [event.loss] : []));
  };
  const [exact, rounded] = [await losses('float32'), await losses('bfloat16')];
  expect(exact).toHaveLength(2);
  exact.forEach((loss, i) => expect(Math.abs(rounded[i] - loss) / loss).toBeLessThan(0.03));
  if (hasBfloat16()) expect(rounded).not.toEqual(exact);
  else expect(rounded).toEqual(exact);
});
