import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRouterClient } from '@orpc/server';
import { build } from 'vite';
import type { TrainingEvent } from '../../../src-main/contract/runs';
import type { Job } from '../../../src-main/contract/jobs';
import { openSource } from '../../../src-main/dataset/source';
import { startEngine, type Engine } from '../../../src-main/engine';
import { zipOf, samplePath, type Member } from '../dataset/archives';

const root = join(import.meta.dirname, '../../..');
const out = join(root, 'out/test', `engine-${process.pid}`);

/** Builds the children and workers from the sources as they are now and makes the engine of this process use them. */
export async function buildChildren(): Promise<void> {
  const input = { backend: 'training/backend-process', trainer: 'training/trainer-process', rehearsal: 'training/rehearsal-process', student: 'training/student-process', images: 'teacher/image-worker', vectors: 'explore/vector-worker' };
  await build({
    root,
    configFile: false,
    publicDir: false,
    logLevel: 'error',
    build: {
      ssr: true,
      outDir: join(out, 'engine'),
      emptyOutDir: true,
      target: 'node22',
      rolldownOptions: {
        input: Object.fromEntries(Object.entries(input).map(([name, file]) => [name, `src-main/${file}.ts`])),
        output: { format: 'es', entryFileNames: '[name].mjs', chunkFileNames: 'shared/[name]-[hash].mjs' },
      },
    },
  });
  process.env.GLYPHSCOPE_OUT = out;
}

export const removeChildren = (): void => rmSync(out, { recursive: true, force: true });

/** Every `step`-th image of each class and split of the sample collection, bytes and names unchanged. */
async function someOfTheSample(step: number): Promise<Member[]> {
  const members: Member[] = [];
  const seen = new Map<string, number>();
  for await (const entry of (await openSource(samplePath)).entries()) {
    const group = `${entry.split} ${entry.label}`;
    const place = seen.get(group) ?? 0;
    seen.set(group, place + 1);
    if (place % step === 0) members.push({ name: entry.name, bytes: await entry.read() });
  }
  return members;
}

/** A folder like `resources`, with the real teacher and 250 of the real sample images. */
export async function smallResources(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'glyphscope-resources-'));
  symlinkSync(join(root, 'resources/teacher'), join(folder, 'teacher'));
  mkdirSync(join(folder, 'sample'));
  writeFileSync(join(folder, 'sample', 'cifar10-sample.zip'), zipOf(await someOfTheSample(10)));
  process.env.GLYPHSCOPE_RESOURCES = folder;
  return folder;
}

/** Makes a trained run the one that comes with the app. */
export function embedRun(resources: string, runDirectory: string, step: number): void {
  const target = join(resources, 'run');
  cpSync(join(runDirectory, 'checkpoints', `step-${step}`), join(target, 'checkpoints', `step-${step}`), { recursive: true });
  writeFileSync(join(target, 'card.json'), JSON.stringify({ name: 'Embedded', collection: 'CIFAR-10', backend: 'a machine', knnTop1: 0.5 }));
}

export interface Running {
  engine: Engine;
  client: ReturnType<typeof clientOf>;
  lines: string[];
}
const clientOf = (engine: Engine) => createRouterClient(engine.router, { context: { rights: 'host' as const } });

export async function run(library: string, o: { firstLaunch: boolean; listen?: boolean }): Promise<Running> {
  const lines: string[] = [];
  const engine = await startEngine({ library, listen: o.listen ? { host: '127.0.0.1', port: 0 } : null, firstLaunch: o.firstLaunch, log: (line) => lines.push(line) });
  return { engine, client: clientOf(engine), lines };
}

/** The job once it has ended. */
export async function endOf({ client }: Running, id: string): Promise<Job> {
  for await (const jobs of await client.jobs.watch()) {
    const job = jobs.find((one) => one.id === id);
    if (!job) throw new Error('the job is gone');
    if (job.state !== 'waiting' && job.state !== 'running') return job;
  }
  throw new Error('the watch ended');
}

/** All jobs once none is waiting or running and there have been `count` of a kind. */
export async function quiet({ client }: Running, kind: Job['kind'] = 'first-launch', count = 1): Promise<Job[]> {
  for await (const jobs of await client.jobs.watch())
    if (jobs.filter((job) => job.kind === kind).length >= count && jobs.every(({ state }) => state !== 'waiting' && state !== 'running')) return jobs;
  throw new Error('the watch ended');
}

/** Events of a run until one fits, all of them. */
export async function eventsUntil({ client }: Running, runId: number, fits: (event: TrainingEvent) => boolean, step = 0): Promise<TrainingEvent[]> {
  const seen: TrainingEvent[] = [];
  for await (const events of await client.runs.watch({ run: runId, step })) {
    seen.push(...events);
    if (events.some(fits)) return seen;
  }
  throw new Error('the watch ended');
}

export const isState = (...states: string[]) => (event: TrainingEvent) => event.type === 'state' && states.includes(event.state);
