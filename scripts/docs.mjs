#!/usr/bin/env node
// Writes the generated pages of docs/ anew: commands.md and configuration.md.
import { spawnSync } from 'node:child_process';
import { engineNode, packageFile, root } from './project.mjs';

const { status } = spawnSync(engineNode(), [packageFile('vitest', 'vitest.mjs'), 'run', 'test/documentation.test.ts', '-t', 'lists every'], {
  cwd: root,
  stdio: 'inherit',
  env: { ...process.env, GLYPHSCOPE_WRITE_DOCS: '1' },
});
process.exitCode = status ?? 1;
