// Where the compute backends are kept, and what of this machine decides which are prepared. Node built-ins only, Node 20 or
// newer. src-main/model/backend-files.ts reads the same places.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';

export const tensorflowVersion = '2.21.0';
export const webgpuVersion = '0.6.2';

const cache = (environment) => path.join(environment.XDG_CACHE_HOME || path.join(os.homedir(), '.cache'), 'glyphscope');

/** @param {'cpu' | 'gpu'} variant */
export function tensorflowDirectory(variant, environment = process.env) {
  const given = variant === 'gpu' ? environment.GLYPHSCOPE_TENSORFLOW_GPU : environment.GLYPHSCOPE_TENSORFLOW;
  return given ? path.resolve(given) : path.join(cache(environment), `tensorflow-${variant === 'gpu' ? 'gpu-' : ''}${tensorflowVersion}`);
}

export function webgpuDirectory(environment = process.env) {
  return environment.GLYPHSCOPE_WEBGPU ? path.resolve(environment.GLYPHSCOPE_WEBGPU) : path.join(cache(environment), `webgpu-${webgpuVersion}`);
}

/** What shows that an NVIDIA driver is here; null where there is none. */
export function nvidiaDriver() {
  const libraries = ['/usr/lib/x86_64-linux-gnu', '/usr/lib64', '/usr/lib', '/usr/lib/wsl/lib', '/usr/local/nvidia/lib64'].map((folder) => `${folder}/libcuda.so.1`);
  return ['/proc/driver/nvidia/version', ...libraries].find((file) => fs.existsSync(file)) ?? null;
}

/** Whether there is a card for WebGPU, as far as that shows; where native TensorFlow is not to be had it is worth a try. */
export function graphicsCard() {
  if (process.platform !== 'linux' || process.arch !== 'x64') return true;
  return fs.existsSync('/dev/dri') && fs.readdirSync('/dev/dri').some((name) => name.startsWith('renderD'));
}

/**
 * Fills a folder beside its place and moves it there when it is whole: what was there before stays until then.
 * @param {(folder: string) => Promise<string | null>} fill gives why it failed, or null
 * @returns {Promise<string | null>} why it failed, or null
 */
export async function inPlace(directory, fill) {
  let work = null;
  try {
    fs.mkdirSync(path.dirname(directory), { recursive: true });
    removeAbandoned(directory);
    work = fs.mkdtempSync(`${directory}.part-`); // same file system: the last step is one rename
    const reason = await fill(work);
    if (reason) return reason;
    fs.rmSync(directory, { recursive: true, force: true });
    fs.renameSync(work, directory);
    return null;
  } catch (error) {
    return error.code === 'ENOSPC' ? 'the disk is full' : error.message;
  } finally {
    if (work) fs.rmSync(work, { recursive: true, force: true });
  }
}

/** Removes what a preparation left that was ended by force over three hours ago. */
function removeAbandoned(directory) {
  const folder = path.dirname(directory);
  for (const name of fs.readdirSync(folder)) {
    const part = path.join(folder, name);
    if (name.startsWith(`${path.basename(directory)}.part-`) && Date.now() - fs.statSync(part).mtimeMs > 3 * 3_600_000) fs.rmSync(part, { recursive: true, force: true });
  }
}

/** Last line of a program's complaint, short enough for one line. */
export function lastLine(text) {
  const lines = text.split('\n').map((line) => line.trim()).filter((line) => line !== '' && !/notice|^WARNING:/i.test(line));
  return (lines.find((line) => /^ERROR:|^npm error [^A]/.test(line)) ?? lines.at(-1) ?? 'no message').replace(/^(ERROR:|npm error) /, '').slice(0, 160);
}
