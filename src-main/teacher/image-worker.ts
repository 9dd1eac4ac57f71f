import { parentPort, workerData } from 'node:worker_threads';
import { GlyphscopeError, toErrorDetail } from '../contract/errors';
import { makeThumbnail } from '../dataset/decode';
import { localInspector } from '../dataset/inspector';
import { TeacherEncoder } from './encoder';
import { encodeOne, FeatureMaker } from './feature-maker';
import { encodeOccluded } from './occlusion';
import { inspectModel } from './model-inspection';
import { chooseProvider } from './providers';
import type { FromImageWorker, ImageAnswers, ImageRequest, ImageWorkerData, ToImageWorker } from './image-messages';

/**
 * The image worker: decodes, inspects, makes thumbnails, augments and encodes. Decoding runs in libuv's threads while the
 * teacher runs in this one, so two feature requests at a time keep both busy. Built as out/engine/images.mjs.
 */
const port = parentPort;
if (port === null) throw new Error('image-worker runs as a worker thread');
const { teacher, plan } = workerData as ImageWorkerData;
let encoder: Promise<TeacherEncoder> | null = null;
const loadEncoder = () => (encoder ??= TeacherEncoder.load(teacher, plan));
const abandoned = new Set<number>();
const open = new Set<number>();
let closing = false;

/** Takes a buffer that crossed a thread boundary as what the decoder wants, without a copy. */
const asBuffer = (bytes: Uint8Array) => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);

async function answer(id: number, request: ImageRequest): Promise<ImageAnswers[keyof ImageAnswers]> {
  switch (request.kind) {
    case 'inspect-bytes':
      return localInspector.inspectBytes(asBuffer(request.bytes), request.name);
    case 'inspect-file':
      return localInspector.inspectFile(request.path, request.name);
    case 'encode':
      return encodeOne(await loadEncoder(), asBuffer(request.bytes), request.name, request.tokens);
    case 'occlude':
      return encodeOccluded(await loadEncoder(), request);
    case 'thumbnail':
      return makeThumbnail(asBuffer(request.bytes), request.name, request.size);
    case 'inspect-model':
      return inspectModel(request.model, request.size);
    case 'choose-provider':
      return chooseProvider(request.teacher, request.cores);
    case 'features':
      return new FeatureMaker(await loadEncoder(), request).run(() => abandoned.has(id));
  }
}

port.on('message', async (message: ToImageWorker) => {
  if ('close' in message) {
    closing = true;
    for (const id of open) abandoned.add(id);
    return endWhenIdle();
  }
  const { id } = message;
  if ('abandon' in message) {
    if (open.has(id)) abandoned.add(id);
    return;
  }
  open.add(id);
  let reply: FromImageWorker;
  try {
    reply = { id, answer: await answer(id, message.request) };
  } catch (error) {
    reply = { id, error: abandoned.has(id) ? new GlyphscopeError('CANCELLED', 'Cancelled.').detail : toErrorDetail(error) };
  }
  open.delete(id);
  abandoned.delete(id);
  port.postMessage(reply);
  endWhenIdle();
});

/** Ending a thread while ONNX Runtime is at work in it aborts the whole process. */
function endWhenIdle(): void {
  if (closing && open.size === 0) process.exit(0);
}
