#!/usr/bin/env node
// Nothing timed: whether exported runs give the same symbols in ONNX Runtime as the engine, and the same embeddings, from the
// files of images on, in Python (describe.py of the folder) and in JavaScript (onnxruntime-node).
//
//   npx node bench/export/same-symbols.mjs [--library DIR] [--run NAME] [--images 1000] [--archive cifar10-images.tar.gz] [--json FILE]
//
// Without --library the run that comes with Glyphscope, in a new library; with one every run in it that can describe, or one
// run. The library gets a collection of these images: give it a copy. Images are the first of the archive, or of the sample.
// Needs Python 3 with numpy, pillow and onnxruntime (GLYPHSCOPE_PYTHON names it).
import { execFile } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parseArgs, promisify } from 'node:util';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import sharp from 'sharp';
import { build } from '../../scripts/build.mjs';
import { engineNode, root } from '../../scripts/project.mjs';
import { report, row } from '../report.mjs';

const run = promisify(execFile);
const { values } = parseArgs({
  options: { library: { type: 'string' }, run: { type: 'string' }, images: { type: 'string', default: '1000' }, archive: { type: 'string', default: path.join(root, 'resources/sample/cifar10-sample.zip') }, json: { type: 'string' } },
});
const count = Number(values.images);
const python = process.env.GLYPHSCOPE_PYTHON ?? 'python3';
/** Largest difference of a number of an embedding, and largest gap of the two likeliest symbols that counts as a tie. */
const tolerance = 1e-4;

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'glyphscope-same-symbols-'));
const library = values.library ?? path.join(folder, 'library');
const out = process.env.GLYPHSCOPE_OUT || path.join(root, 'out');
if (!process.env.GLYPHSCOPE_OUT) await build();

async function glyphscope(...args) {
  const { stdout } = await run(engineNode(), [path.join(out, 'engine/cli.mjs'), ...args, '--library', library, '--json'], { maxBuffer: 1 << 30 }).catch(({ stderr, message }) => {
    throw new Error(`glyphscope ${args[0]} failed: ${stderr?.trim().split('\n').at(-1) || message.slice(0, 500)}`);
  });
  return JSON.parse(stdout);
}

/** The first images of the archive by name, as files in a folder. */
async function unpack() {
  const images = path.join(folder, 'images');
  fs.mkdirSync(images);
  const program = 'import sys,tarfile,zipfile,os\nsource,target,count=sys.argv[1],sys.argv[2],int(sys.argv[3])\n' +
    'if source.endswith(".zip"):\n  z=zipfile.ZipFile(source); names=sorted(n for n in z.namelist() if n.endswith((".jpg",".png")))[:count]; read=z.read\n' +
    'else:\n  t=tarfile.open(source); members={m.name:m for m in t if m.isfile() and m.name.endswith((".jpg",".png"))}; names=sorted(members)[:count]; read=lambda n:t.extractfile(members[n]).read()\n' +
    'for i,n in enumerate(names): open(os.path.join(target,f"{i:05d}{os.path.splitext(n)[1]}"),"wb").write(read(n))\n';
  await run(python, ['-c', program, values.archive, images, String(count)]);
  return fs.readdirSync(images).sort().map((name) => path.join(images, name));
}

/** What onnxruntime-node makes of the files: symbols, probabilities of all, embeddings of the full description. */
async function inJavaScript(exported, files) {
  const open = (name) => InferenceSession.create(path.join(exported, name), { logSeverityLevel: 3 });
  const plan = JSON.parse(fs.readFileSync(path.join(exported, 'preprocessing.json'), 'utf8'));
  const [teacher, descriptor, interpreter] = await Promise.all([open(plan.model), open('descriptor.onnx'), open('interpreter.onnx')]);
  if (plan.tokens > 0 || plan.readout.feature !== 'pooled') throw new Error('This check reads the one vector of a model only.');
  const S = plan.inputSize;
  const features = [];
  for (const file of files) {
    const { data, info } = await sharp(file).removeAlpha().toColourspace('srgb').raw().toBuffer({ resolveWithObject: true });
    if (info.width !== S || info.height !== S) throw new Error(`${file} is not ${S} × ${S}: this check does not resize.`);
    const pixels = new Float32Array(3 * S * S);
    for (let i = 0; i < S * S; i++) for (let c = 0; c < 3; c++) pixels[c * S * S + i] = data[3 * i + c] * (1 / (255 * plan.std[c])) - plan.mean[c] / plan.std[c];
    features.push((await teacher.run({ pixel_values: new Tensor('float32', pixels, [1, 3, S, S]) }))[plan.readout.pooled].data);
  }
  const Z = features[0].length;
  const all = new Float32Array(files.length * Z);
  features.forEach((feature, i) => all.set(feature, i * Z));
  const { symbols, probabilities } = await descriptor.run({ features: new Tensor('float32', all, [files.length, Z]) });
  const { embeddings } = await interpreter.run({ symbols });
  const [, L, K] = probabilities.dims;
  return {
    symbols: files.map((_, i) => Array.from(symbols.data.subarray(i * L, (i + 1) * L), Number)),
    gaps: files.map((_, i) => Array.from({ length: L }, (_, j) => gap(probabilities.data.subarray((i * L + j) * K, (i * L + j + 1) * K)))),
    embeddings: files.map((_, i) => Array.from(embeddings.data.subarray((i * L + L - 1) * Z, (i * L + L) * Z))),
  };
}

/** How far the likeliest symbol is before the next. */
function gap(probabilities) {
  const [first, second] = Array.from(probabilities).sort((a, b) => b - a);
  return first - second;
}

/** Images with another description and how many of them are ties at the first symbol that differs; the largest difference of embeddings where symbols agree. */
function compare(engine, other) {
  let different = 0;
  let ties = 0;
  let most = 0;
  engine.forEach(({ symbols, embedding }, i) => {
    const at = symbols.findIndex((symbol, j) => symbol !== other.symbols[i][j]);
    if (at >= 0) {
      different++;
      if (other.gaps[i][at] < tolerance) ties++;
    } else embedding.forEach((value, k) => (most = Math.max(most, Math.abs(value - other.embeddings[i][k]))));
  });
  return { different, ties, most };
}

try {
  const files = await unpack();
  await glyphscope('import', path.join(folder, 'images'), '--collection', 'Same symbols');
  const { runs } = await glyphscope('runs');
  const wanted = runs.filter(({ usable, name }) => usable && (values.run === undefined || name === values.run));
  if (wanted.length === 0) throw new Error(values.run ? `The library has no run "${values.run}".` : 'The library has no run that can describe.');
  const rows = [];
  for (const [i, { name }] of wanted.entries()) {
    await glyphscope('encode', '--run', name, '--collection', 'Same symbols');
    const [table, exported] = [path.join(folder, `table-${i}`), path.join(folder, `run-${i}`)];
    await glyphscope('export', '--run', name, '--collection', 'Same symbols', '--format', 'jsonl', '--embeddings', '--out', table);
    await glyphscope('export-run', name, exported);
    const byName = new Map(fs.readFileSync(path.join(table, 'images.jsonl'), 'utf8').trim().split('\n').map((line) => JSON.parse(line)).map((one) => [path.basename(one.name), one]));
    const engine = files.map((file) => byName.get(path.basename(file)));
    const answer = path.join(folder, `python-${i}.json`);
    await run(python, [path.join(root, 'bench/export/same_symbols.py'), exported, answer, ...files], { maxBuffer: 1 << 28 });
    const said = { Python: JSON.parse(fs.readFileSync(answer, 'utf8')), JavaScript: await inJavaScript(exported, files) };
    for (const [language, other] of Object.entries(said)) {
      const { different, ties, most } = compare(engine, other);
      rows.push(row({ name: `${name}: ${language}, images of ${files.length} with other symbols`, ours: different, unit: `images, ${ties} of them ties`, goal: 0, cores: os.availableParallelism(), images: files.length, ties }));
      rows.push(row({ name: `${name}: ${language}, largest difference of an embedding`, ours: most, unit: 'number', goal: tolerance, cores: os.availableParallelism() }));
    }
  }
  report(rows, values.json);
} finally {
  fs.rmSync(folder, { recursive: true, force: true });
}
