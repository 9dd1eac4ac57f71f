// Prepares native TensorFlow: libtensorflow and its C headers out of PyPI's wheel, and the N-API binding of
// @tensorflow/tfjs-node-gpu, extended by tensorflow/binding.cc, compiled against them. For the GPU, NVIDIA's libraries as
// well, in the versions that the wheel asks for: no CUDA has to be installed, only the driver. Nothing inside node_modules
// is touched, and nothing here is needed at run time: a folder that is absent means that another backend computes.
//
// The folder holds tfjs_binding.node, lib/ (two shared libraries, found by $ORIGIN/lib), for the GPU nvidia/*/lib (found by
// TensorFlow's own $ORIGIN/../nvidia/*/lib), and stamp.json.
//   GLYPHSCOPE_TENSORFLOW, GLYPHSCOPE_TENSORFLOW_GPU   other folders
//   GLYPHSCOPE_TENSORFLOW_WHEEL    a wheel of the processor's variant that is already here: no download
//   PYTHON, CXX                    other names for python3 and g++
import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { inPlace, lastLine, tensorflowDirectory, tensorflowVersion } from './compute-places.mjs';
import { findProgram, runProgram } from './programs.mjs';
import { readOrNull, root } from './project.mjs';

const require = createRequire(path.join(root, 'package.json'));

/** What is linked against, out of TensorFlow's wheel: two libraries and the C headers. */
const kept = {
  tensorflow: String.raw`^tensorflow/(?:lib(?=tensorflow_(?:cc|framework)\.so\.2$)|include/(?=tensorflow/c/.*\.h$|tensorflow/core/platform/ctstring.*\.h$|(?:xla/)?tsl/(?:c|platform)/[^/]*\.h$))`,
  nvidia: String.raw`^nvidia/[^/]+/(?:lib/.*\.so[.0-9]*$|bin/|nvvm/)`,
};

/** Unpacks the files of a wheel that fit a pattern. Runs under any Python 3; file modes are kept. */
const unpackScript = `
import os, re, shutil, sys, zipfile
wheel, out, keep = zipfile.ZipFile(sys.argv[1]), sys.argv[2], re.compile(sys.argv[3])
for entry in wheel.infolist():
    if entry.is_dir() or not keep.match(entry.filename): continue
    name = re.sub('^tensorflow/(?=include/)', '', entry.filename)
    name = re.sub('^tensorflow/(?=libtensorflow)', 'lib/', name)
    target = os.path.join(out, name)
    os.makedirs(os.path.dirname(target), exist_ok=True)
    with wheel.open(entry) as source, open(target, 'wb') as file: shutil.copyfileobj(source, file, 1 << 20)
    os.chmod(target, (entry.external_attr >> 16) & 0o777 or 0o644)
`;

/** The packages that the wheel's extra "and-cuda" asks for, one requirement a line. */
const requirementsScript = `
import re, sys, zipfile
wheel = zipfile.ZipFile(sys.argv[1])
text = wheel.read(next(n for n in wheel.namelist() if n.endswith('.dist-info/METADATA'))).decode()
for line in text.splitlines():
    found = re.match(r'Requires-Dist: (nvidia-[^;]+);.*extra == .and-cuda.', line)
    if found: print(found.group(1).strip().replace(' ', '').replace('(', '').replace(')', ''))
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

/** Interpreter and platforms are named, so that any python3's pip can fetch the wheels; they are never imported. */
const downloadArguments = [
  '-m', 'pip', 'download', '-q', '--no-deps', '--no-cache-dir', '--disable-pip-version-check', '--retries', '2', '--timeout', '15',
  '--only-binary=:all:', '--python-version', '3.11', '--implementation', 'cp', '--abi', 'cp311', '--abi', 'abi3', '--abi', 'none',
  ...['manylinux_2_28', 'manylinux_2_27', 'manylinux_2_17', 'manylinux2014', 'manylinux2010', 'manylinux1'].flatMap((tag) => ['--platform', `${tag}_x86_64`]),
];

/**
 * Prepares a variant's folder if it is not ready yet. Never throws.
 * @param {{ variant?: 'cpu' | 'gpu', directory?: string, force?: boolean, say?: (line: string) => void, timeoutMs?: number }} options
 * @returns {Promise<{ ok: true, directory: string, prepared: boolean } | { ok: false, directory: string, reason: string }>}
 */
export async function setupTensorflow({ variant = 'cpu', directory = tensorflowDirectory(variant), force = false, say = () => {}, timeoutMs = 15 * 60_000 } = {}) {
  const python = process.env.PYTHON || 'python3';
  const compiler = process.env.CXX || 'g++';
  const wheelPackage = variant === 'gpu' ? 'tensorflow' : 'tensorflow-cpu';
  const given = variant === 'cpu' ? process.env.GLYPHSCOPE_TENSORFLOW_WHEEL || null : null;
  const source = sources();
  const stamp = JSON.stringify({ package: wheelPackage, tensorflow: tensorflowVersion, binding: source?.version ?? null, recipe: 4 });
  if (!force && readOrNull(path.join(directory, 'stamp.json')) === stamp) return { ok: true, directory, prepared: false };
  const impossible = await obstacle({ python, compiler, wheel: given });
  if (impossible) return { ok: false, directory, reason: impossible };

  const deadline = Date.now() + timeoutMs;
  const left = () => Math.max(1000, deadline - Date.now());
  const title = `TensorFlow ${tensorflowVersion}${variant === 'gpu' ? ' for the GPU' : ''}`;

  /** Downloads one wheel; throws with the reason. */
  async function download(requirement, folder) {
    const result = await runProgram(python, [...downloadArguments, '-d', folder, requirement], { timeoutMs: left() });
    if (result.timedOut) throw new Error('the download took too long');
    if (!result.ok) throw new Error(`pip could not download ${requirement}: ${lastLine(result.stderr)}`);
    const name = fs.readdirSync(folder).find((file) => file.endsWith('.whl'));
    if (!name) throw new Error(`pip downloaded no wheel for ${requirement}`);
    return path.join(folder, name);
  }

  /** Unpacks what is used of a wheel; throws with the reason. */
  async function unpack(wheel, into, pattern) {
    const result = await runProgram(python, ['-c', unpackScript, wheel, into, pattern], { timeoutMs: left() });
    if (result.timedOut) throw new Error('the unpacking took too long');
    if (!result.ok) throw new Error(`${path.basename(wheel)} could not be unpacked: ${lastLine(result.stderr)}`);
  }

  const reason = await inPlace(directory, async (work) => {
    const wheels = path.join(work, 'wheels');
    if (!given) say(`${title}: downloading ${wheelPackage} (${variant === 'gpu' ? 570 : 260} MB) from PyPI`);
    const wheel = given ?? (await download(`${wheelPackage}==${tensorflowVersion}`, wheels));
    say(`${title}: unpacking`);
    await unpack(wheel, work, kept.tensorflow);
    if (variant === 'gpu') {
      const asked = await runProgram(python, ['-c', requirementsScript, wheel], { timeoutMs: left() });
      const requirements = asked.stdout.split('\n').filter(Boolean);
      if (!asked.ok || requirements.length === 0) return 'the wheel does not say which NVIDIA libraries it needs';
      fs.rmSync(wheels, { recursive: true, force: true });
      for (const [i, requirement] of requirements.entries()) {
        say(`${title}: NVIDIA's libraries, ${i + 1} of ${requirements.length} (${/^[\w-]+/.exec(requirement)[0]})`);
        await unpack(await download(requirement, wheels), work, kept.nvidia);
        fs.rmSync(wheels, { recursive: true, force: true });
      }
    }
    fs.rmSync(wheels, { recursive: true, force: true });

    say(`${title}: compiling the binding`);
    const binding = path.join(work, 'tfjs_binding.node');
    const compile = await runProgram(compiler, ['-std=c++17', '-O2', '-fPIC', '-shared', '-w', '-DNAPI_VERSION=8', '-DNODE_GYP_MODULE_NAME=tfjs_binding',
      '-I', path.join(work, 'include'), '-I', source.headers, '-I', path.dirname(source.tfjsNode), // its includes go up two folders
      '-I', source.tfjsNode, path.join(source.tfjsNode, 'binding/tfjs_backend.cc'), path.join(root, 'scripts/tensorflow/binding.cc'),
      '-L', path.join(work, 'lib'), '-l:libtensorflow_cc.so.2', '-l:libtensorflow_framework.so.2', '-Wl,-rpath,$ORIGIN/lib', '-o', binding], { timeoutMs: left() });
    if (!compile.ok) return `${compiler} could not compile the binding: ${lastLine(compile.stderr)}`;
    // A processor that lacks what the library was built for would end the process: find out in another one.
    const probe = await runProgram(process.execPath, ['-e', 'require(process.argv[1])', binding], { timeoutMs: left() });
    if (!probe.ok) return `the compiled binding does not load on this machine: ${probe.signal ?? lastLine(probe.stderr)}`;
    fs.writeFileSync(path.join(work, 'stamp.json'), stamp);
    return null;
  });
  return reason ? { ok: false, directory, reason } : { ok: true, directory, prepared: true };
}
