import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { GlyphscopeError } from '../../../src-main/contract/errors';
import type { Job } from '../../../src-main/contract/jobs';
import { JobRate } from '../../../src-main/engine/job-rate';
import { JobBoard, type JobHandle, type JobOutcome } from '../../../src-main/engine/jobs';
import { temporaryDatabase, temporaryFolder } from '../database/library.fixture';

const about = { kind: 'encode', title: 'Describe', lane: 'a' } as const;
const quiet = () => undefined;

/** A job's work that ends when the test says so. */
function held(): { work: (job: JobHandle) => Promise<JobOutcome>; end: (outcome: JobOutcome) => void; fail: (error: unknown) => void; begun: Promise<JobHandle> } {
  let end = (_: JobOutcome): void => undefined;
  let fail = (_: unknown): void => undefined;
  let begin = (_: JobHandle): void => undefined;
  const begun = new Promise<JobHandle>((resolve) => (begin = resolve));
  const work = (job: JobHandle) => {
    begin(job);
    return new Promise<JobOutcome>((resolve, reject) => {
      end = resolve;
      fail = reject;
      job.signal.addEventListener('abort', () => reject(job.signal.reason));
    });
  };
  return { work, end: (outcome) => end(outcome), fail: (error) => fail(error), begun };
}

describe('a job', () => {
  it('waits for the one before it in its lane, not for others', async () => {
    const board = new JobBoard(temporaryDatabase(), quiet);
    const [first, second, other] = [held(), held(), held()];
    const a = board.start(about, first.work);
    const b = board.start(about, second.work);
    board.start({ ...about, lane: 'b' }, other.work);
    await first.begun;
    await other.begun;
    expect(board.list().map(({ state }) => state).sort()).toEqual(['running', 'running', 'waiting']);
    first.end({ summary: 'done', counts: { images: 3 } });
    expect(await board.settled(a)).toMatchObject({ state: 'done', summary: 'done', counts: { images: 3 } });
    await second.begun;
    board.cancel(b);
    expect(await board.settled(b)).toMatchObject({ state: 'cancelled', error: null });
    await board.close();
  });

  it('keeps what went wrong: the error, and every failed file', async () => {
    const db = temporaryDatabase();
    const board = new JobBoard(db, quiet);
    const one = held();
    const id = board.start(about, one.work);
    const handle = await one.begun;
    for (let i = 0; i < 150; i++) handle.fail({ name: `${i}.jpg`, code: 'IMAGE_EMPTY', reason: 'empty' });
    one.fail(new GlyphscopeError('DISK_FULL', 'The disk is full.', { remedy: 'Free some space.' }));
    const job = await board.settled(id);
    expect(job).toMatchObject({ state: 'failed', error: { code: 'DISK_FULL', remedy: 'Free some space.' }, failureCount: 150 });
    expect(job.failures).toHaveLength(100);
    expect(db.read.jobs.failures(id, 1000)).toHaveLength(150);
  });

  it('logs a defect and nothing else', async () => {
    const lines: string[] = [];
    const board = new JobBoard(temporaryDatabase(), (line) => lines.push(line));
    await board.settled(board.start(about, () => Promise.reject(new GlyphscopeError('SOURCE_EMPTY', 'Nothing there.'))));
    expect(lines).toEqual([]);
    await board.settled(board.start(about, () => Promise.reject(new TypeError('x is undefined'))));
    expect(lines).toEqual([expect.stringContaining('TypeError: x is undefined')]);
  });

  it('is interrupted when the engine closes, and after an engine that died', async () => {
    const file = join(temporaryFolder(), 'library.sqlite');
    const db = temporaryDatabase(file);
    const board = new JobBoard(db, quiet);
    const [running, waiting] = [held(), held()];
    const a = board.start(about, running.work);
    const b = board.start(about, waiting.work);
    await running.begun;
    const died = new JobBoard(temporaryDatabase(file), quiet); // what the next engine finds when this one never closes
    expect(died.list().map(({ id, state }) => ({ id, state }))).toEqual([{ id: a, state: 'interrupted' }, { id: b, state: 'interrupted' }]);
    await board.close();
    expect((await board.settled(a)).state).toBe('interrupted');
    expect((await board.settled(b)).state).toBe('interrupted');
    expect(() => board.start(about, running.work)).toThrow('closing');
  });

  it('leaves the list when it is dismissed, but not while it runs', async () => {
    const db = temporaryDatabase();
    const board = new JobBoard(db, quiet);
    const one = held();
    const id = board.start(about, one.work);
    await one.begun;
    expect(() => board.dismiss(id)).toThrow(expect.objectContaining({ code: 'INVALID_INPUT' }));
    one.end({ summary: '' });
    await board.settled(id);
    board.dismiss(id);
    expect(board.list()).toEqual([]);
    expect(db.read.jobs.list()).toEqual([]);
    expect(() => board.dismiss(id)).toThrow(expect.objectContaining({ code: 'NOT_FOUND' }));
    expect(() => board.cancel(id)).toThrow(expect.objectContaining({ code: 'NOT_FOUND' }));
  });

  it('is kept among the last thirty that ended', async () => {
    const db = temporaryDatabase();
    const board = new JobBoard(db, quiet);
    for (let i = 0; i < 35; i++) await board.settled(board.start({ ...about, title: String(i) }, () => Promise.resolve({ summary: '' })));
    expect(board.list()).toHaveLength(30);
    expect(db.read.jobs.list()).toHaveLength(30);
    expect(board.list().at(-1)!.title).toBe('34');
  });
});

describe('a job that waits', () => {
  it('is cancelled at once and never begins', async () => {
    const board = new JobBoard(temporaryDatabase(), quiet);
    const [first, second, third] = [held(), held(), held()];
    board.start(about, first.work);
    const b = board.start(about, second.work);
    const c = board.start(about, third.work);
    await first.begun;
    board.cancel(b);
    expect(board.list().find(({ id }) => id === b)).toMatchObject({ state: 'cancelled' });
    first.end({ summary: '' });
    await third.begun;
    third.end({ summary: '' });
    expect(await board.settled(c)).toMatchObject({ state: 'done' });
    expect(await board.settled(b)).toMatchObject({ state: 'cancelled', phase: 'waiting' });
  });

  it('keeps what it uses from being removed, as one that runs does', async () => {
    const board = new JobBoard(temporaryDatabase(), quiet);
    const one = held();
    const id = board.start({ ...about, uses: ['run 3'] }, one.work);
    (await one.begun).uses('collection 5');
    for (const subject of ['run 3', 'collection 5'])
      expect(() => board.assertUnused(subject, 'Mine')).toThrow(expect.objectContaining({ code: 'RUN_BUSY', message: '"Mine" is in use: Describe.' }));
    board.assertUnused('run 4', 'Other');
    one.end({ summary: '' });
    await board.settled(id);
    board.assertUnused('run 3', 'Mine');
  });
});

it('is watched as whole lists, coalesced, until the watcher goes', async () => {
  const board = new JobBoard(temporaryDatabase(), quiet);
  const one = held();
  const id = board.start(about, one.work);
  const handle = await one.begun;
  const control = new AbortController();
  const seen: Job[][] = [];
  const watching = (async () => {
    for await (const jobs of board.watch(control.signal)) {
      seen.push(jobs);
      if (jobs[0]?.state === 'done') break;
    }
  })();
  for (let done = 1; done <= 1000; done++) handle.progress({ phase: 'describing', done, total: 1000, unit: 'images' });
  one.end({ summary: 'all' });
  await watching;
  expect(seen.length).toBeLessThan(5);
  expect(seen.at(-1)![0]).toMatchObject({ id, state: 'done', done: 1000 });

  const ended = (async () => {
    for await (const _ of board.watch(control.signal)) void _;
  })();
  control.abort();
  await ended;
});

describe('rate and time left', () => {
  it('come from the last seconds of the present phase', () => {
    const rate = new JobRate(8_000);
    expect(rate.perSecond).toBeNull();
    for (let second = 0; second <= 20; second++) rate.note('reading', second < 10 ? second * 10 : 100 + (second - 10) * 50, second * 1000);
    expect(rate.perSecond).toBeCloseTo(50);
    expect(rate.secondsLeft(600, 1100)).toBeCloseTo(10);
    rate.note('writing', 0, 20_100);
    expect(rate.perSecond).toBeNull();
    expect(rate.secondsLeft(0, 100)).toBeNull();
  });

  it('are unknown while nothing moves or the whole is unknown', () => {
    const rate = new JobRate();
    rate.note('a', 5, 0);
    rate.note('a', 5, 1000);
    expect(rate.secondsLeft(5, 10)).toBeNull();
    rate.note('a', 10, 2000);
    expect(rate.secondsLeft(10, null)).toBeNull();
  });
});
