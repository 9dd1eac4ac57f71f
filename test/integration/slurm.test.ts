import { execFileSync, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { root } from '../support/command-line';
import { removeFolder, temporaryFolder } from '../support/temporary';

const answers = spawnSync('sinfo', ['--noheader'], { timeout: 15_000 }).status === 0;
if (!answers) console.warn('Left out: the test of sweeps through a real Slurm, because none answers here (bench/slurm/one-node.sh start makes one).');

/** Two variants through Slurm and here; each job is lost once and the process that follows them is killed. */
it.skipIf(!answers)('a sweep through a real Slurm that loses its jobs ends with the same table as one on this machine', () => {
  const place = temporaryFolder('slurm-bench');
  try {
    const json = path.join(place, 'result.json');
    execFileSync(process.execPath, [path.join(root, 'bench/slurm/equality.mjs'), '--variants', '2', '--json', json], { stdio: ['ignore', 'pipe', 'pipe'] });
    expect(JSON.parse(fs.readFileSync(json, 'utf8'))).toMatchObject({
      equal: true,
      differing: [],
      lost: [expect.stringContaining('cancelled'), expect.stringContaining('killed'), 'the following process killed (-9)'],
      submissions: [{ tasks: [1, 2], because: {} }, { tasks: [1], because: { 1: 'was cancelled (CANCELLED)' } }, { tasks: [2], because: { 2: 'ended with an error (FAILED)' } }],
    });
  } finally {
    removeFolder(place);
  }
}, 600_000);
