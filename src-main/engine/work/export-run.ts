import { copyFile, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import * as z from 'zod';
import { evaluation } from '../../contract/evaluation';
import { configFile } from '../../contract/config-file';
import { runFolderFiles, teacherFolder, runFolderEvaluation, type RunExportRequest, type RunFolderEvaluation, type runFolderSymbols } from '../../contract/run-folder';
import { packFolder } from '../../dataset/pack-folder';
import { writeManifest } from '../../export/run/manifest';
import { modelCard } from '../../export/run/model-card';
import { preprocessingText } from '../../teacher/preprocessing';
import { verifyTeacher, type TeacherInfo } from '../../teacher/catalogue';
import { writeFolder } from '../exports';
import type { JobHandle, JobOutcome } from '../jobs';
import type { Services } from '../services';

type ExportServices = Pick<Services, 'library' | 'locations' | 'runs' | 'teachers' | 'students'>;

/** What is about to be written, and how. */
interface RunExport {
  title: string;
  name: string;
  uses: string[];
  /** Writes the folder itself at `target`. */
  toFolder: (target: string, job: JobHandle) => Promise<JobOutcome>;
  /** Writes one archive of it into the folder `target`, for a browser to fetch. */
  toArchive: (target: string, job: JobHandle) => Promise<JobOutcome>;
}

/**
 * Looks whether a run can be exported, and gives the work.
 * @throws GlyphscopeError NOT_FOUND for the run or its teacher, RUN_NOT_TRAINED
 */
export function prepareRunExport(s: ExportServices, request: RunExportRequest): RunExport {
  const run = s.runs.usable(request.run);
  s.teachers.of(run); // told before anything is written
  const fill = (folder: string, job: JobHandle) => fillFolder(s, { ...request, folder }, job);
  return {
    title: `Export of the run "${run.name}"`,
    name: run.name,
    uses: [`run ${run.id}`, `teacher ${run.teacher}`],
    toFolder: async (target, job) => {
      await writeFolder(target, (folder) => fill(folder, job));
      return { summary: `"${run.name}" exported to ${target}.` };
    },
    toArchive: async (target, job) => {
      await writeFolder(target, async (folder) => {
        const inner = join(folder, 'run');
        await mkdir(inner);
        await fill(inner, job);
        job.progress({ phase: 'packing', done: 0, total: 1, unit: 'archives' });
        await packFolder(inner, join(folder, `${plainFileName(run.name)}.tar`), plainFileName(run.name), job.signal);
        await rm(inner, { recursive: true });
      });
      return { summary: `"${run.name}" is ready to be fetched.` };
    },
  };
}

const plainFileName = (name: string) => name.normalize('NFKD').replace(/[^A-Za-z0-9. _-]+/g, '').replace(/^[. ]+|[. ]+$/g, '').slice(0, 60) || 'run';

async function fillFolder(s: ExportServices, { folder, run: id, withTeacher }: RunExportRequest & { folder: string }, job: JobHandle): Promise<void> {
  const run = s.runs.usable(id);
  const teacher = s.teachers.of(run);
  const { info } = teacher;
  const included = teacher === s.teachers.embedded || withTeacher;
  const { config } = run;
  const steps = 4;
  const phase = (done: number, words: string) => (job.signal.throwIfAborted(), job.progress({ phase: words, done, total: steps, unit: 'parts' }));

  phase(0, 'weights and graphs');
  const about = { run: run.name, variant: run.variant, teacher: info.id };
  const { step, featureWidth, tokenWidth } = await s.students.use(id, (student) => student.writeModel(folder, about));

  phase(1, 'what is known of the run');
  const document = (name: keyof typeof runFolderFiles, content: unknown) => writeFile(join(folder, name), `${JSON.stringify(content, null, 1)}\n`, { flag: 'wx' });
  const collections = s.library.db.read.collections.list();
  const documents = s.library.db.read.runDocuments;
  const of = <K extends 'evaluation' | 'few-shot'>(kind: K) => collections.flatMap((one) => documents.of(kind, id, one.id) ?? []);
  const brought = await broughtMeasurements(s.runs.directory(id));
  const measured: RunFolderEvaluation = { evaluations: unlisted(of('evaluation'), brought.evaluations), fewShot: unlisted(of('few-shot'), brought.fewShot) };
  const symbols: z.infer<typeof runFolderSymbols> = { vocabulary: config.vocabulary, length: config.length, names: s.library.db.read.symbolNames.of(id) };
  await writeFile(join(folder, 'config.json'), configFile(config), { flag: 'wx' });
  await document('symbols.json', symbols);
  await document('evaluation.json', measured);
  await document('preprocessing.json', preprocessingOf(info, config.featureTokens, included));
  await copyFile(join(s.locations.resources, 'run-folder', 'describe.py'), join(folder, 'describe.py'));
  const log = join(s.runs.directory(id), 'log.jsonl');
  if (existsSync(log)) await copyFile(log, join(folder, 'log.jsonl'));

  phase(2, included ? 'teacher' : 'model card');
  if (included) await copyTeacher(info, join(folder, teacherFolder));
  const { name, variant, collectionName: collection, backend, knnTop1, createdAt } = run;
  const facts = { name, variant, step, collection, backend, knnTop1, createdAt, featureWidth, tokenWidth, teacher: { name: info.name, id: info.id, description: info.description, included }, program: s.locations.version };
  const files = Object.keys(runFolderFiles).filter((file) => file === 'README.md' || existsSync(join(folder, file)));
  const card = modelCard({ facts, config, evaluations: measured.evaluations, preprocessing: preprocessingText(info.preprocessing, info.inputSize), inputSize: info.inputSize, tokens: config.featureTokens, files });
  await writeFile(join(folder, 'README.md'), card, { flag: 'wx' });

  phase(3, 'hashes');
  await writeManifest(folder, facts);
  job.signal.throwIfAborted();
}

/** What was measured where the run came from: beside the run that comes with the app, or in the folder of an imported one. */
async function broughtMeasurements(directory: string): Promise<RunFolderEvaluation> {
  const read = async (file: string): Promise<unknown> => JSON.parse(await readFile(join(directory, file), 'utf8').catch(() => '{}'));
  const card = z.object({ evaluation: evaluation.optional() }).safeParse(await read('card.json'));
  const imported = runFolderEvaluation.safeParse(await read('evaluation.json'));
  return imported.success ? imported.data : { evaluations: card.data?.evaluation ? [card.data.evaluation] : [], fewShot: [] };
}

/** Documents of here, then those from elsewhere on other collections. */
const unlisted = <T extends { collection: string }>(here: T[], brought: readonly T[]): T[] => [...here, ...brought.filter((one) => !here.some(({ collection }) => collection === one.collection))];

/** What describe.py needs to know of the teacher. */
function preprocessingOf({ name, model, inputSize, preprocessing, mean, std, readout, sha256 }: TeacherInfo, tokens: number, included: boolean): Record<string, unknown> {
  return { teacher: name, model: included ? `${teacherFolder}/${basename(model)}` : null, sha256, input: 'pixel_values', inputSize, preprocessing, mean, std, readout, tokens };
}

/** teacher.json, the model and, where it has some beside it, its weights. */
async function copyTeacher(info: TeacherInfo, target: string): Promise<void> {
  await verifyTeacher(info);
  await mkdir(target);
  for (const file of ['teacher.json', basename(info.model), ...(info.weights ? [info.weights.file] : [])]) await copyFile(join(info.directory, file), join(target, file));
}
