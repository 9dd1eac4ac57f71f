import { execFile } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { backendNames } from '../contract/config';
import { toErrorDetail } from '../contract/errors';
import type { BackendReport, DoctorCheck, DoctorReport } from '../contract/system';
import { embeddedTeacher, verifyTeacher } from '../teacher/catalogue';
import { choose, type Compute } from './compute';

export interface DoctorOptions {
  version: string;
  /** The library's folder; it need not exist yet. */
  library: string;
  /** The project's folder, where node_modules lies. */
  root: string;
  /** Measures each backend anew, in a process of its own, and keeps what it finds. */
  compute: Compute;
  /** The Node that runs it. */
  node: string;
  signal?: AbortSignal;
}

const gigabyte = 1e9;

/** Everything that decides how well Glyphscope runs here, each with what to do about what is missing. Never throws. */
export async function examine(o: DoctorOptions): Promise<DoctorReport> {
  const [gpu, electron] = await Promise.all([checkGpu(), checkElectron(o.root)]);
  const checks = [checkNode(o.node), electron, checkDisplay(), gpu, await checkTeacher(), checkLibrary(o.library), checkDisk(o.library), checkMemory()];
  const measured: BackendReport[] = [];
  for (const name of backendNames) measured.push(await o.compute.report(name, { anew: true, signal: o.signal })); // one after the other: they share the cores
  const { candidates, reason } = choose(measured);
  return { version: o.version, cores: os.availableParallelism(), checks, backends: measured, chosenBackend: candidates[0], backendReason: reason };
}

interface Ran {
  ok: boolean;
  stdout: string;
  stderr: string;
  reason: string;
}

function run(program: string, args: string[], timeout: number, signal?: AbortSignal): Promise<Ran> {
  return new Promise((resolve) => {
    execFile(program, args, { timeout, signal, killSignal: 'SIGKILL', maxBuffer: 1 << 22 }, (error, stdout, stderr) => {
      const killed = error && 'killed' in error && error.killed;
      const reason = !error ? '' : killed ? `no answer within ${timeout / 1000} s` : (stderr.trim().split('\n').at(-1) ?? '') || error.message;
      resolve({ ok: !error, stdout, stderr, reason });
    });
  });
}

function checkNode(node: string): DoctorCheck {
  const [major, minor] = process.versions.node.split('.').map(Number) as [number, number];
  const fits = major > 22 || (major === 22 && minor >= 12);
  return {
    name: 'Node',
    ok: fits,
    found: `${process.versions.node} (${node})`,
    remedy: fits ? null : 'Install Node 22.12 or newer, or run `npm ci`, which brings one for Linux and Windows.',
  };
}

/** Electron as `npm start` looks for it (scripts/project.mjs): the variable first, then the package's own binary. */
async function checkElectron(root: string): Promise<DoctorCheck> {
  const given = process.env.GLYPHSCOPE_ELECTRON;
  const directory = path.join(root, 'node_modules', 'electron');
  const folder = process.env.ELECTRON_OVERRIDE_DIST_PATH ?? path.join(directory, 'dist');
  const fallback = process.platform === 'win32' ? 'electron.exe' : process.platform === 'darwin' ? 'Electron.app/Contents/MacOS/Electron' : 'electron';
  const binary = given ?? path.join(folder, readText(path.join(directory, 'path.txt')) ?? fallback);
  if (!fs.existsSync(binary)) {
    const remedy = given
      ? 'GLYPHSCOPE_ELECTRON names a file that is not there: correct it.'
      : 'Run `npm run setup` where the network allows it, or set GLYPHSCOPE_ELECTRON to an Electron binary. Without one, `npm start` serves the page to a browser.';
    return { name: 'Electron', ok: false, found: given ? `${given} is not there` : 'no binary', remedy };
  }
  const version = readText(path.join(path.dirname(binary), 'version'));
  return { name: 'Electron', ok: true, found: `${version ? `${version.replace(/^v/, '')} ` : ''}(${binary})`, remedy: null };
}

function checkDisplay(): DoctorCheck {
  if (process.platform !== 'linux') return { name: 'Display', ok: true, found: `the desktop of ${process.platform}`, remedy: null };
  const { DISPLAY, WAYLAND_DISPLAY } = process.env;
  const found = WAYLAND_DISPLAY ? `Wayland ${WAYLAND_DISPLAY}` : DISPLAY ? `X11 ${DISPLAY}` : null;
  return {
    name: 'Display',
    ok: found !== null,
    found: found ?? 'none (neither DISPLAY nor WAYLAND_DISPLAY is set)',
    remedy: found ? null : '`npm start` serves the page to a browser; over SSH, forward its port. For tests, install xvfb.',
  };
}

async function checkGpu(): Promise<DoctorCheck> {
  const result = await run('nvidia-smi', ['--query-gpu=name,memory.total,driver_version', '--format=csv,noheader'], 10_000);
  const lines = result.stdout.trim().split('\n').filter(Boolean);
  if (result.ok && lines.length > 0) return { name: 'GPU', ok: true, found: lines.join('; '), remedy: null };
  const absent = /ENOENT/.test(result.reason);
  return {
    name: 'GPU',
    ok: absent, // none is no fault; one that does not answer is
    found: absent ? 'none of NVIDIA' : `nvidia-smi failed: ${result.reason}`,
    remedy: absent ? null : 'Check the driver: `nvidia-smi` must print the GPU.',
  };
}

async function checkTeacher(): Promise<DoctorCheck> {
  try {
    const teacher = embeddedTeacher();
    await verifyTeacher(teacher);
    return { name: 'Teacher', ok: true, found: `${teacher.name}, ${teacher.featureWidth} features from ${teacher.inputSize} × ${teacher.inputSize} pixels`, remedy: null };
  } catch (error) {
    return { name: 'Teacher', ok: false, found: toErrorDetail(error).message, remedy: 'resources/teacher belongs to the app: restore it from the repository.' };
  }
}

function checkLibrary(library: string): DoctorCheck {
  const place = nearestExisting(library);
  try {
    fs.accessSync(place, fs.constants.R_OK | fs.constants.W_OK);
  } catch {
    return { name: 'Library', ok: false, found: `${library} (${place} cannot be written)`, remedy: 'Change its permissions, or name another folder with --library.' };
  }
  const database = path.join(library, 'library.sqlite');
  const size = fs.existsSync(database) ? `, ${(fs.statSync(database).size / 1e6).toFixed(1)} MB database` : ', made at the first start';
  return { name: 'Library', ok: true, found: `${library}${size}`, remedy: null };
}

function checkDisk(library: string): DoctorCheck {
  const { bavail, bsize } = fs.statfsSync(nearestExisting(library));
  const free = (bavail * bsize) / gigabyte;
  return {
    name: 'Disk space',
    ok: free >= 2,
    found: `${free.toFixed(1)} GB free for the library`,
    remedy: free >= 2 ? null : 'Free some space: 60,000 images need about 1 GB for features, and each run some 100 MB.',
  };
}

function checkMemory(): DoctorCheck {
  const total = os.totalmem() / gigabyte;
  return { name: 'Memory', ok: total >= 3.5, found: `${total.toFixed(1)} GB`, remedy: total >= 3.5 ? null : 'Train with a smaller batch: 4 GB are enough for the small preset.' };
}

function nearestExisting(folder: string): string {
  for (let at = path.resolve(folder); ; at = path.dirname(at)) if (fs.existsSync(at) || at === path.dirname(at)) return at;
}

function readText(file: string): string | null {
  try {
    return fs.readFileSync(file, 'utf8').trim();
  } catch {
    return null;
  }
}
