#!/usr/bin/env node
// Stores anew what every backend's training steps are compared with (src-main/training/backend-check.json), as plain
// JavaScript computes them. To be run after a change of the model or the recipe that is meant to change them.
import { spawnSync } from 'node:child_process';
import { engineNode, packageFile, root } from './project.mjs';

const { status } = spawnSync(engineNode(), [packageFile('vitest', 'vitest.mjs'), 'run', 'test/src-main/training/backend-check.test.ts'], {
  cwd: root,
  stdio: 'inherit',
  env: { ...process.env, GLYPHSCOPE_WRITE_VALUES: '1' },
});
process.exitCode = status ?? 1;
