// Prepares WebGPU: Dawn's Node binding out of npm's `webgpu` package (one platform's share of its 137 MB) and TensorFlow.js's
// backend for it out of @tensorflow/tfjs-backend-webgpu. Both are fetched by npm, compared with the hashes below, and kept
// outside node_modules; without them another backend computes.
//   GLYPHSCOPE_WEBGPU   another folder
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { inPlace, lastLine, webgpuDirectory, webgpuVersion } from './compute-places.mjs';
import { findProgram, runProgram } from './programs.mjs';
import { readOrNull } from './project.mjs';

const platform = process.platform === 'darwin' ? 'darwin-universal' : `${process.platform}-${process.arch}`;
const platforms = ['darwin-universal', 'linux-arm64', 'linux-x64', 'win32-arm64', 'win32-x64'];

const packages = [
  { name: `webgpu@${webgpuVersion}`, sha512: '3L4GfmqJLvYUIEWJngEQY+2HQiUlAFkg8+P8NDDj3Xx5hHHIFO/r8JW+ynfqBj7kHN4mbnwO74uB+lrRtLhp4Q==', folder: `package/dist/${platform}` },
  { name: '@tensorflow/tfjs-backend-webgpu@4.22.0', sha512: 'lvIc7Af4Tl2BCdYp43iQmSCRq3asaKT0q2xaErphXiUZ+jqeB0bQa0ZvQys1Xatvto0U4/c90DVsHPfvkn5ftg==', folder: 'package/dist', files: ['tf-backend-webgpu.node.js'] },
];

/**
 * Prepares the folder if it is not ready yet. Never throws.
 * @param {{ directory?: string, force?: boolean, say?: (line: string) => void, timeoutMs?: number }} options
 * @returns {Promise<{ ok: true, directory: string, prepared: boolean } | { ok: false, directory: string, reason: string }>}
 */
export async function setupWebgpu({ directory = webgpuDirectory(), force = false, say = () => {}, timeoutMs = 10 * 60_000 } = {}) {
  const stamp = JSON.stringify({ packages: packages.map(({ name }) => name), platform, recipe: 1 });
  if (!force && readOrNull(path.join(directory, 'stamp.json')) === stamp) return { ok: true, directory, prepared: false };
  const failed = (reason) => ({ ok: false, directory, reason });
  if (!platforms.includes(platform)) return failed(`Dawn's binding is made for ${platforms.join(', ')}, this is ${platform}`);
  const npm = process.env.npm_execpath?.endsWith('.js') ? [process.execPath, process.env.npm_execpath] : [findProgram('npm')];
  if (!npm[0]) return failed('no npm on PATH');
  if (!findProgram('tar')) return failed('no tar on PATH');

  const deadline = Date.now() + timeoutMs;
  const left = () => Math.max(1000, deadline - Date.now());
  const reason = await inPlace(directory, async (work) => {
    const archives = path.join(work, 'archives');
    fs.mkdirSync(archives);
    for (const { name, sha512, folder, files } of packages) {
      say(`WebGPU: downloading ${name}`);
      // A shell is what starts npm's .cmd on Windows.
      const result = await runProgram(npm[0], [...npm.slice(1), 'pack', name, '--loglevel', 'error', '--pack-destination', archives], { timeoutMs: left(), cwd: archives, shell: npm[0].endsWith('.cmd') });
      if (result.timedOut) return 'the download took too long';
      const archive = fs.readdirSync(archives).find((file) => file.endsWith('.tgz'));
      if (!result.ok || !archive) return `npm could not download ${name}: ${lastLine(result.stderr)}`;
      const bytes = fs.readFileSync(path.join(archives, archive));
      if (createHash('sha512').update(bytes).digest('base64') !== sha512) return `${name} is not what it was: its hash differs`;
      const members = files ? files.map((file) => `${folder}/${file}`) : [folder];
      const unpack = await runProgram('tar', ['-xzf', archive, ...members], { timeoutMs: left(), cwd: archives });
      if (!unpack.ok) return `${archive} could not be unpacked: ${lastLine(unpack.stderr)}`;
      for (const file of files ?? fs.readdirSync(path.join(archives, folder))) fs.renameSync(path.join(archives, folder, file), path.join(work, file));
      fs.rmSync(path.join(archives, archive));
    }
    fs.rmSync(archives, { recursive: true, force: true });
    const probe = await runProgram(process.execPath, ['-e', 'require(process.argv[1])', path.join(work, 'dawn.node')], { timeoutMs: left() });
    if (!probe.ok) return `Dawn's binding does not load on this machine: ${probe.signal ?? lastLine(probe.stderr)}`;
    fs.writeFileSync(path.join(work, 'stamp.json'), stamp);
    return null;
  });
  return reason ? failed(reason) : { ok: true, directory, prepared: true };
}
