import { describe, expect, it } from 'vitest';
// @ts-expect-error a plain script without types
import { findProgram, runProgram } from '../../scripts/programs.mjs';

interface Result {
  ok: boolean;
  status: number | null;
  signal: string | null;
  stdout: string;
  stderr: string;
  timedOut: boolean;
}
const run = runProgram as (command: string, args: string[], options?: { timeoutMs?: number; say?: (line: string) => void }) => Promise<Result>;
const find = findProgram as (name: string, environment?: Record<string, string>) => string | null;

describe('runProgram', () => {
  it('gives status and output, and lines as they come', async () => {
    const lines: string[] = [];
    const result = await run(process.execPath, ['-e', 'console.log("one"); console.error("two"); process.exitCode = 3'], { say: (line) => lines.push(line) });
    expect(result).toMatchObject({ ok: false, status: 3, stdout: 'one\n', stderr: 'two\n', timedOut: false });
    expect(lines.sort()).toEqual(['one', 'two']);
  });

  it('ends a program that takes too long, with its children', async () => {
    const result = await run(process.execPath, ['-e', 'require("child_process").spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"], { stdio: "inherit" }); setInterval(() => {}, 1000)'], { timeoutMs: 500 });
    // Both hold stdout: the call comes back only when both are gone.
    expect(result).toMatchObject({ ok: false, timedOut: true });
  });

  it('tells of a program that is not there instead of throwing', async () => {
    const result = await run('/no/such/program', []);
    expect(result.ok).toBe(false);
    expect(result.stderr).toContain('ENOENT');
  });
});

describe('findProgram', () => {
  it('looks on PATH and takes a path as it is', () => {
    expect(find('node', { PATH: process.execPath.replace(/\/[^/]+$/, '') })).toBe(process.execPath);
    expect(find(process.execPath, {})).toBe(process.execPath);
    expect(find('no-such-program', { PATH: '/usr/bin' })).toBeNull();
    expect(find('/usr', {})).toBeNull(); // a folder is no program
  });
});
