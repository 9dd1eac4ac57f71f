import { toErrorDetail } from '../contract/errors';
import { gpuFailure, usesGpu } from '../model/backend-failures';
import { rehearsalStart, type FromRehearsal } from './messages';
import { startPlanned } from './planned-backend';
import { rehearse } from './rehearsal';

/** A child of the engine that rehearses one training, sends what it measured and ends; also when its parent does. */
const send = (message: FromRehearsal) => new Promise<void>((resolve) => (process.send ? process.send(message, () => resolve()) : resolve()));

process.once('message', async (raw: unknown) => {
  let onGpu = false;
  try {
    const { backend: plan, ...o } = rehearsalStart.parse(raw);
    const { name, description } = await startPlanned(plan, { threads: o.config.threads || undefined });
    onGpu = usesGpu(name);
    const measures = await rehearse(o, (progress) => void send({ type: 'progress', progress }));
    await send({ type: 'measures', measures: { ...measures, backend: { name, description } } });
  } catch (error) {
    const detail = toErrorDetail((onGpu && gpuFailure(error)) || error);
    if (detail.code === 'INTERNAL') console.error(error);
    await send({ type: 'failed', error: detail });
  }
  process.exit(0);
});
process.on('disconnect', () => process.exit(1));
