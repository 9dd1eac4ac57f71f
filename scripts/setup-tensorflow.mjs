#!/usr/bin/env node
// Prepares the native TensorFlow backend: libtensorflow and its C headers out of PyPI's `tensorflow-cpu` wheel, and the
// N-API binding of @tensorflow/tfjs-node-gpu, extended by tensorflow/binding.cc, compiled against them. Nothing inside
// node_modules is touched, and nothing here is needed at run time: a folder that is absent means that WASM computes
// instead.
//
//   node scripts/setup-tensorflow.mjs [folder]
//
// The folder is by default ${XDG_CACHE_HOME:-~/.cache}/glyphscope/tensorflow-<version>; GLYPHSCOPE_TENSORFLOW overrides.
// It holds tfjs_binding.node, lib/ (two shared libraries, found by $ORIGIN/lib) and stamp.json.
//   GLYPHSCOPE_TENSORFLOW_WHEEL    a wheel that is already here: no download
//   GLYPHSCOPE_TENSORFLOW_PACKAGE  `tensorflow` instead of `tensorflow-cpu`
//   PYTHON, CXX                    other names for python3 and g++
import fs from 'node:fs';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { findProgram, runProgram } from './programs.mjs';

export const tensorflowVersion = '2.21.0';
const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const require = createRequire(path.join(root, 'package.json'));

/** Where the native backend is kept. */
export function tensorflowDirectory(environment = process.env) {
  if (environment.GLYPHSCOPE_TENSORFLOW) return path.resolve(environment.GLYPHSCOPE_TENSORFLOW);
  const cache = environment.XDG_CACHE_HOME || path.join(os.homedir(), '.cache');
  return path.join(cache, 'glyphscope', `tensorflow-${tensorflowVersion}`);
}

/** Unpacks what is linked against: two libraries and the C headers. Runs under any Python 3. */
const unpackScript = `
import os, re, shutil, sys, zipfile
wheel, out = zipfile.ZipFile(sys.argv[1]), sys.argv[2]
keep = re.compile(r'^tensorflow/(libtensorflow_(cc|framework)\\.so\\.2$|include/(tensorflow/c/.*\\.h|tensorflow/core/platform/ctstring.*\\.h|(xla/)?tsl/(c|platform)/[^/]*\\.h)$)')
for entry in wheel.infolist():
    if not keep.match(entry.filename): continue
    name = entry.filename[len('tensorflow/'):]
    target = os.path.join(out, name if name.startswith('include/') else 'lib/' + name)
    os.makedirs(os.path.dirname(target), exist_ok=True)
    with wheel.open(entry) as source, open(target, 'wb') as file: shutil.copyfileobj(source, file, 1 << 20)
`;

/** The npm packages that the binding is compiled from; null where one of them was not installed. */
function sources() {
  try {
    const tfjsNode = path.dirname(require.resolve('@tensorflow/tfjs-node-gpu/package.json'));
    const headers = path.join(path.dirname(require.resolve('node-api-headers/package.json')), 'include');
    const { version } = JSON.parse(fs.readFileSync(path.join(tfjsNode, 'package.json'), 'utf8'));
    return { tfjsNode, headers, version };
  } catch {
    return null;
  }
}

/** Why it cannot be prepared here, before anything is downloaded; null when it can. */
async function obstacle({ python, compiler, wheel }) {
  if (process.platform !== 'linux' || process.arch !== 'x64')
    return `only Linux on x64 is supported, this is ${process.platform} on ${process.arch}`;
  if (!sources()) return 'the npm packages @tensorflow/tfjs-node-gpu and node-api-headers are not installed';
  if (!findProgram(python)) return `no ${python}: install Python 3 with pip`;
  if (!findProgram(compiler)) return `no ${compiler}: install a C++ compiler`;
  if (!wheel) {
    const pip = await runProgram(python, ['-m', 'pip', '--version'], { timeoutMs: 30_000 });
    if (!pip.ok) return `${python} has no pip: install python3-pip`;
  }
  return null;
}

/** Last line of a program's complaint, short enough for one line. */
function lastLine(text) {
  const lines = text.split('\n').map((line) => line.trim()).filter((line) => line !== '' && !/notice/i.test(line));
  return (lines.find((line) => /^ERROR:/.test(line)) ?? lines.at(-1) ?? 'no message').replace(/^ERROR: /, '').slice(0, 160);
}

/**
 * Prepares the folder if it is not ready yet. Never throws.
 * @param {{ directory?: string, say?: (line: string) => void, timeoutMs?: number }} options
 * @returns {Promise<{ ok: true, directory: string, prepared: boolean } | { ok: false, directory: string, reason: string }>}
 */
export async function setupTensorflow({ directory = tensorflowDirectory(), say = () => {}, timeoutMs = 15 * 60_000 } = {}) {
  const python = process.env.PYTHON || 'python3';
  const compiler = process.env.CXX || 'g++';
  const wheelPackage = process.env.GLYPHSCOPE_TENSORFLOW_PACKAGE || 'tensorflow-cpu';
  let wheel = process.env.GLYPHSCOPE_TENSORFLOW_WHEEL || null;
  const failed = (reason) => ({ ok: false, directory, reason });
  const source = sources();
  const stamp = JSON.stringify({ package: wheelPackage, tensorflow: tensorflowVersion, binding: source?.version ?? null, recipe: 2 });
  if (readOrNull(path.join(directory, 'stamp.json')) === stamp) return { ok: true, directory, prepared: false };
  const reason = await obstacle({ python, compiler, wheel });
  if (reason) return failed(reason);

  const deadline = Date.now() + timeoutMs;
  const left = () => Math.max(1000, deadline - Date.now());
  let work = null;
  try {
    fs.mkdirSync(path.dirname(directory), { recursive: true });
    removeAbandoned(directory);
    work = fs.mkdtempSync(`${directory}.part-`); // same file system: the last step is one rename
    if (!wheel) {
      say(`TensorFlow ${tensorflowVersion}: downloading ${wheelPackage} from PyPI`);
      const folder = path.join(work, 'wheel');
      // Interpreter and platform are named, so that any python3's pip can fetch it; it is never imported.
      const download = await runProgram(python, ['-m', 'pip', 'download', '-q', '--no-deps', '--no-cache-dir', '--disable-pip-version-check',
        '--retries', '2', '--timeout', '15', '--only-binary=:all:', '--python-version', '3.11', '--implementation', 'cp', '--abi', 'cp311',
        '--platform', 'manylinux_2_27_x86_64', '-d', folder, `${wheelPackage}==${tensorflowVersion}`], { timeoutMs: left() });
      if (download.timedOut) return failed('the download took too long');
      if (!download.ok) return failed(`pip could not download ${wheelPackage}==${tensorflowVersion}: ${lastLine(download.stderr)}`);
      wheel = path.join(folder, fs.readdirSync(folder).find((name) => name.endsWith('.whl')) ?? 'absent');
    }
    say(`TensorFlow ${tensorflowVersion}: unpacking`);
    const unpack = await runProgram(python, ['-c', unpackScript, wheel, work], { timeoutMs: left() });
    if (!unpack.ok) return failed(`the wheel could not be unpacked: ${lastLine(unpack.stderr)}`);
    fs.rmSync(path.join(work, 'wheel'), { recursive: true, force: true });

    say(`TensorFlow ${tensorflowVersion}: compiling the binding`);
    const binding = path.join(work, 'tfjs_binding.node');
    const compile = await runProgram(compiler, ['-std=c++17', '-O2', '-fPIC', '-shared', '-w', '-DNAPI_VERSION=8', '-DNODE_GYP_MODULE_NAME=tfjs_binding',
      '-I', path.join(work, 'include'), '-I', source.headers, '-I', path.dirname(source.tfjsNode), // its includes go up two folders
      '-I', source.tfjsNode, path.join(source.tfjsNode, 'binding/tfjs_backend.cc'), path.join(root, 'scripts/tensorflow/binding.cc'),
      '-L', path.join(work, 'lib'), '-l:libtensorflow_cc.so.2', '-l:libtensorflow_framework.so.2', '-Wl,-rpath,$ORIGIN/lib', '-o', binding], { timeoutMs: left() });
    if (!compile.ok) return failed(`${compiler} could not compile the binding: ${lastLine(compile.stderr)}`);
    // A processor that lacks what the library was built for would end the process: find out in another one.
    const probe = await runProgram(process.execPath, ['-e', 'require(process.argv[1])', binding], { timeoutMs: left() });
    if (!probe.ok) return failed(`the compiled binding does not load on this machine: ${probe.signal ?? lastLine(probe.stderr)}`);

    fs.writeFileSync(path.join(work, 'stamp.json'), stamp);
    fs.rmSync(directory, { recursive: true, force: true });
    fs.renameSync(work, directory);
    return { ok: true, directory, prepared: true };
  } catch (error) {
    return failed(error.code === 'ENOSPC' ? 'the disk is full (1.2 GB are needed for a moment)' : error.message);
  } finally {
    if (work) fs.rmSync(work, { recursive: true, force: true });
  }
}

/** Removes what a preparation left that was ended by force over an hour ago. */
function removeAbandoned(directory) {
  const folder = path.dirname(directory);
  for (const name of fs.readdirSync(folder)) {
    const part = path.join(folder, name);
    if (name.startsWith(`${path.basename(directory)}.part-`) && Date.now() - fs.statSync(part).mtimeMs > 3_600_000)
      fs.rmSync(part, { recursive: true, force: true });
  }
}

function readOrNull(file) {
  try {
    return fs.readFileSync(file, 'utf8');
  } catch {
    return null;
  }
}

if (process.argv[1] && path.resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
  const directory = process.argv[2] ? path.resolve(process.argv[2]) : undefined;
  const result = await setupTensorflow({ directory, say: (line) => console.error(line) });
  if (result.ok) console.log(`TensorFlow ${tensorflowVersion}: ${result.prepared ? 'prepared in' : 'ready in'} ${result.directory}`);
  else console.error(`TensorFlow ${tensorflowVersion} could not be prepared (${result.reason}); training uses WASM, which is slower`);
  process.exitCode = result.ok ? 0 : 1;
}
