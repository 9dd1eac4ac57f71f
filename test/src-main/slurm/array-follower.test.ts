import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ArrayFollower, type TaskView } from '../../../src-main/slurm/array-follower';
import { slurm } from '../../../src-main/slurm/programs';
import { WorkFolder, type SlurmPlan } from '../../../src-main/slurm/work-folder';
import type { VariantResult } from '../../../src-main/sweep/sweep-document';
import { FakeSlurm } from '../../support/fake-slurm';
import { removeFolder, temporaryFolder } from '../../support/temporary';

const labels = ['VQ 8', 'VQ 16', 'GS 8', 'GS 16'];
const plan: SlurmPlan = { format: 1, name: 'four', kind: 'sweep', collection: 'Birds', settings: {}, jobName: 'glyphscope-four-1', threads: 1, variants: labels.map((label) => ({ label, group: 'g', change: {} })) };

describe('following a job array', () => {
  let place: string;
  let fake: FakeSlurm;
  let folder: WorkFolder;
  let said: string[];
  const path = process.env.PATH;

  beforeEach(async () => {
    place = temporaryFolder('slurm');
    fake = new FakeSlurm(join(place, 'fake'));
    process.env.PATH = fake.path;
    folder = new WorkFolder(join(place, 'work'));
    folder.make();
    await folder.writePlan(plan);
    said = [];
  });
  afterEach(() => {
    process.env.PATH = path;
    removeFolder(place);
  });

  const begin = (o: { resubmit?: number; atOnce?: number; finished?: number[] } = {}) =>
    ArrayFollower.begin({ folder, plan, slurm, wishes: ['--partition=gpu'], atOnce: o.atOnce ?? null, resubmit: o.resubmit ?? 2, finished: new Set(o.finished), say: (line) => said.push(line) });
  const states = (views: readonly TaskView[]) => views.map(({ state }) => state);
  const end = (task: number, state: VariantResult['state'], error: VariantResult['error'] = null) => {
    mkdirSync(join(folder.runs(task), '1'), { recursive: true });
    writeFileSync(join(folder.runs(task), '1', 'run.json'), '{}');
    const result: VariantResult = { ...plan.variants[task - 1], run: `four: ${labels[task - 1]}`, variant: null, config: null, state, error, step: 9, seconds: 1, backend: null, alarms: [], usage: null, perplexity: null, evaluation: null };
    return folder.writeOutcome(task, { format: 1, result, curves: null, run: 1 });
  };

  it('submits all variants as one array, once', async () => {
    const follower = await begin({ atOnce: 2 });
    expect(states(await follower.look())).toEqual(Array(4).fill('waiting'));
    expect(fake.submissions).toEqual([['--parsable', '--partition=gpu', '--array=1-4%2', folder.script]]);
    expect(said).toEqual(['Submitted 4 variants to Slurm: job 1.']);
    fake.queue(['1_1 RUNNING', '1_2 RUNNING', '1_3 PENDING JobArrayTaskLimit', '1_4 PENDING Resources']);
    const views = await follower.look();
    expect(views.map(({ state, phase }) => [state, phase])).toEqual([['running', 'starting'], ['running', 'starting'], ['queued', 'queued (JobArrayTaskLimit)'], ['queued', 'queued (Resources)']]);
    expect(fake.submissions).toHaveLength(1);
    expect(fake.asked).toContain('--name=glyphscope-four-1');
  });

  it('submits what is not in the library only', async () => {
    const views = await (await begin({ finished: [1, 3] })).look();
    expect(fake.arrays).toEqual(['2,4']);
    expect(states(views)).toEqual(['done', 'waiting', 'done', 'waiting']);
  });

  it.each([['NODE_FAIL', 'lost its node'], ['TIMEOUT', 'reached its time limit'], ['CANCELLED', 'was cancelled'], ['FAILED', 'ended with an error'], ['OUT_OF_MEMORY', 'ran out of memory'], ['PREEMPTED', 'was preempted'], ['BOOT_FAIL', 'ended as BOOT_FAIL']])('submits a job that was lost by %s again, and no other', async (state, words) => {
    const follower = await begin();
    await follower.look();
    fake.queue(['1_1 RUNNING', `1_2 ${state}`, '1_3 PENDING Resources', '1_4 RUNNING']);
    await follower.look();
    expect(fake.arrays).toEqual(['1-4', '2']);
    expect(said[1]).toContain(`VQ 16: its job ${words}`);
    expect(said[1]).toContain('submitted again as 2_2');
    expect(folder.ledger().submissions[1]).toMatchObject({ job: '2', tasks: [2], because: { 2: expect.stringContaining(words) } });
    fake.queue(['1_1 RUNNING', `1_2 ${state}`, '1_3 PENDING Resources', '1_4 RUNNING', '2_2 PENDING Priority']);
    expect((await follower.look())[1]).toMatchObject({ state: 'queued', phase: 'queued (Priority)' });
    expect(fake.submissions).toHaveLength(2);
  });

  it('believes at the second look that Slurm no longer knows a job, or that it ended without a result', async () => {
    const follower = await begin();
    await follower.look();
    fake.queue(['1_1 COMPLETED', '1_2 RUNNING', '1_4 RUNNING']);
    await follower.look();
    expect(fake.arrays).toEqual(['1-4']);
    await end(1, 'done'); // its outcome was on its way
    expect(states(await follower.look())[0]).toBe('done');
    expect(fake.arrays).toEqual(['1-4', '3']);
    expect(said[1]).toContain('is no longer known to Slurm');
  });

  it('takes the word of the accounting where there is one', async () => {
    const follower = await begin();
    await follower.look();
    fake.past(['1_1|TIMEOUT', '1_2|CANCELLED by 1000', '1_3|NODE_FAIL', 'a notice of the site', '1_4|OUT_OF_MEMORY']);
    await follower.look();
    expect(fake.arrays).toEqual(['1-4', '1-4']);
    expect(folder.ledger().submissions[1].because).toEqual({ 1: 'reached its time limit (TIMEOUT)', 2: 'was cancelled (CANCELLED)', 3: 'lost its node (NODE_FAIL)', 4: 'ran out of memory (OUT_OF_MEMORY)' });
  });

  it('gives a job up that was lost more often than it was to be submitted again', async () => {
    const follower = await begin({ resubmit: 2, finished: [1, 2, 3] });
    for (let job = 1; job <= 3; job++) {
      expect(states(await follower.look())[3]).toBe('waiting');
      fake.queue([`${job}_4 TIMEOUT`]);
    }
    mkdirSync(folder.runs(4), { recursive: true });
    await folder.writeProgress(4, { job: '3_4', node: 'n', phase: 'ended', step: null, evaluation: null, backend: null, error: { code: 'PROCESS_DIED', message: 'The trainer ended.' }, at: 1 });
    writeFileSync(folder.log('3', 4), 'what it printed');
    const [view] = (await follower.look()).slice(3);
    expect(view).toMatchObject({ state: 'failed', error: { code: 'JOB_LOST', subject: '3_4' } });
    expect(view.error!.message).toBe('The job of "GS 16" was lost 3 times; the last one (3_4) reached its time limit (TIMEOUT). It said: The trainer ended.');
    expect(view.error!.remedy).toContain(folder.log('3', 4));
    expect(fake.arrays).toEqual(['4', '4', '4']);
    expect(states(await (await begin({ resubmit: 2, finished: [1, 2, 3] })).look())[3]).toBe('failed'); // the next follower counts on
  });

  it('goes on where another follower ended, also between submitting and writing it down', async () => {
    await (await begin()).look();
    fake.queue(['1_1 RUNNING', '1_2 RUNNING', '1_3 RUNNING', '1_4 RUNNING']);
    expect(states(await (await begin()).look())).toEqual(Array(4).fill('running'));
    await folder.writeLedger({ format: 1, submissions: [], ended: false });
    expect(states(await (await begin()).look())).toEqual(Array(4).fill('running'));
    expect(fake.submissions).toHaveLength(1);
    expect(folder.ledger().submissions).toMatchObject([{ job: '1', tasks: [1, 2, 3, 4] }]);
  });

  it('waits out a Slurm that does not answer, but not at the beginning', async () => {
    fake.put('silent', '');
    const first = await begin();
    await expect(first.look()).rejects.toMatchObject({ code: 'SLURM_UNAVAILABLE', message: expect.stringContaining('squeue failed: slurm_load_jobs error: Unable to contact slurm controller') });
    fake.take('silent');
    await first.look();
    fake.put('silent', '');
    for (let i = 0; i < 3; i++) expect(states(await first.look())).toEqual(Array(4).fill('waiting'));
    expect(said.filter((line) => line.includes('the jobs go on meanwhile'))).toHaveLength(1);
    fake.take('silent');
    fake.queue(['1_1 RUNNING', '1_2 RUNNING', '1_3 RUNNING', '1_4 RUNNING']);
    expect(states(await first.look())).toEqual(Array(4).fill('running'));
    expect(said.at(-1)).toBe('Slurm answers again.');
    expect(fake.submissions).toHaveLength(1);
  });

  it('says what sbatch refuses, and tries again later where a lost job is refused', async () => {
    fake.put('refuses', 'sbatch: error: invalid partition specified: gpu\nsbatch: error: Batch job submission failed: Invalid partition name specified\n');
    const follower = await begin();
    await expect(follower.look()).rejects.toMatchObject({ code: 'SLURM_UNAVAILABLE', message: expect.stringContaining('invalid partition specified: gpu sbatch: error: Batch job'), remedy: expect.stringContaining('Change the wish') });
    fake.take('refuses');
    await follower.look();
    fake.queue(['1_1 NODE_FAIL', '1_2 RUNNING', '1_3 RUNNING', '1_4 RUNNING']);
    fake.put('refuses', 'sbatch: error: QOSMaxSubmitJobPerUserLimit');
    for (let i = 0; i < 3; i++) await follower.look();
    expect(said.filter((line) => line.includes('QOSMaxSubmitJobPerUserLimit'))).toHaveLength(1);
    fake.take('refuses');
    await follower.look();
    expect(fake.arrays).toEqual(['1-4', '1']);
    expect(said).not.toContain('Slurm answers again.');
  });

  it('does not submit twice because it does not understand a word', async () => {
    fake.put('notice', 'Welcome to the cluster!\nMaintenance on Monday.\n');
    const follower = await begin();
    await follower.look();
    expect(said).toEqual(['Submitted 4 variants to Slurm: job 1.']);
    fake.queue(['Welcome!', '1|N/A|PENDING|None', '1_1 MOVED_TO_ORBIT', '1_2 REQUEUE_HOLD JobHeldUser', '1_3 COMPLETING', '1_4 SUSPENDED', '|||', '12']);
    for (let i = 0; i < 3; i++) expect((await follower.look()).map(({ phase }) => phase)).toEqual(['moved to orbit', 'requeue hold (JobHeldUser)', 'completing', 'suspended']);
    expect(fake.submissions).toHaveLength(1);
  });

  it('needs no job for what has an outcome, whatever became of its job', async () => {
    await end(1, 'done');
    await end(2, 'waiting');
    fake.queue([]);
    const follower = await begin();
    await follower.look();
    expect(fake.arrays).toEqual(['2-4']);
    await end(2, 'failed', { code: 'COLLECTION_TOO_SMALL', message: 'Too few.' });
    fake.queue(['1_2 FAILED', '1_3 RUNNING', '1_4 RUNNING']);
    const views = await follower.look();
    expect(states(views)).toEqual(['done', 'failed', 'running', 'running']);
    expect(views[1].error).toMatchObject({ code: 'COLLECTION_TOO_SMALL' });
    expect(states(await (await begin()).look())[1]).toBe('failed'); // a follower that begins again does not try it again
    expect(fake.arrays).toEqual(['2-4']);
  });

  it('tries what failed again when the command is given after the end, and trains anew what has lost its run', async () => {
    for (const task of [1, 2, 3]) await end(task, 'done');
    await end(4, 'failed', { code: 'COLLECTION_TOO_SMALL', message: 'Too few.' });
    removeFolder(folder.runs(3));
    await (await begin()).end();
    expect(states(await (await begin()).look())).toEqual(['done', 'done', 'waiting', 'waiting']);
    expect(fake.arrays).toEqual(['3-4']);
  });

  it('shows what a job tells of itself, not what one before it told', async () => {
    const follower = await begin();
    await follower.look();
    for (const task of [1, 2, 3]) mkdirSync(folder.runs(task), { recursive: true });
    await folder.writeProgress(1, { job: '1_1', node: 'n', phase: 'training', step: null, evaluation: null, backend: null, error: null, at: 1 });
    await folder.writeProgress(2, { job: '0_2', node: 'n', phase: 'training', step: null, evaluation: null, backend: null, error: null, at: 1 });
    for (const name of ['progress', 'outcome']) writeFileSync(join(place, 'work', 'tasks', '3', `${name}.json`), '{"half');
    fake.queue(['1_1 RUNNING', '1_2 RUNNING', '1_3 RUNNING', '1_4 RUNNING']);
    expect((await follower.look()).map(({ phase }) => phase)).toEqual(['training', 'starting', 'starting', 'starting']);
  });
});
