/** One thread of the bare ONNX Runtime loop: encodes the same normalized pixels over and over for some seconds. */
import { parentPort, workerData } from 'node:worker_threads';
import { InferenceSession, Tensor } from 'onnxruntime-node';

const { model, batch, size, threads } = workerData;
const session = await InferenceSession.create(model, { intraOpNumThreads: threads, interOpNumThreads: 1, executionMode: 'sequential' });
const pixels = Float32Array.from({ length: batch * 3 * size * size }, (_, i) => Math.sin(i));
const run = () => session.run({ pixel_values: new Tensor('float32', pixels, [batch, 3, size, size]) }, ['embedding']);
await run();
parentPort.postMessage('ready');
parentPort.on('message', async (seconds) => {
  const start = performance.now();
  let units = 0;
  while (performance.now() - start < seconds * 1000) {
    await run();
    units += batch;
  }
  parentPort.postMessage({ units, rate: units / ((performance.now() - start) / 1000) });
});
