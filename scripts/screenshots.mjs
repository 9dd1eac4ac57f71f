#!/usr/bin/env node
// Takes the pictures of docs/guide from the real window: `npm run screenshots`. Needs what the tests of the windows need.
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { engineNode, root } from './project.mjs';

const { status } = spawnSync(engineNode(), [path.join(root, 'scripts', 'test.mjs'), '--e2e', 'screenshots'], {
  cwd: root,
  stdio: 'inherit',
  env: { ...process.env, GLYPHSCOPE_SCREENSHOTS: '1' },
});
process.exitCode = status ?? 1;
