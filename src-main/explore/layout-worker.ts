/** A layout thread (worker thread, out/engine/layout.mjs): moves points with others until a layout is finished; see layout-threads.ts. */
import { parentPort, workerData } from 'node:worker_threads';
import { takeParts, type SharedLayout } from './layout-threads';

takeParts(workerData as SharedLayout);
parentPort?.postMessage('done');
