import * as z from 'zod';
import { evaluation, fewShot } from './evaluation';
import { symbolName } from './explore';
import { givenName, rowId } from './names';
import { storedConfig } from './presets';
import { run } from './runs';
import { teacherName } from './teachers';

/**
 * A run as a folder that other machines and other programs can use: its weights, its config, what is known of it, and the
 * descriptor and interpreter as ONNX graphs. manifest.json lists every other file with its SHA-256.
 */
export const runFolderVersion = 1;

/** Files at the top of such a folder, with what each is. */
export const runFolderFiles = {
  'README.md': 'the model card: what it is, what it was trained on, its figures, how to use it',
  'config.json': 'every setting of the training',
  'model.safetensors': 'all weights that describe and interpret: descriptor, codes, feature map, interpreter, readout',
  'descriptor.onnx': 'from the feature of the teacher to the symbols and the probabilities of all symbols',
  'interpreter.onnx': 'from symbols to the embedding after each prefix',
  'preprocessing.json': "how an image becomes the teacher's input, and where its feature is in the outputs",
  'symbols.json': 'names that were given to symbols',
  'evaluation.json': 'stored measurements on labelled collections',
  'log.jsonl': 'every event of the training',
  'describe.py': 'describes image files with these graphs; needs numpy, pillow and onnxruntime',
} as const;
export type RunFolderFile = keyof typeof runFolderFiles;
/** Those that an import cannot do without. */
export const neededRunFiles = ['config.json', 'model.safetensors'] as const satisfies readonly RunFolderFile[];

/** The folder of the teacher's own files, where they may be passed on. */
export const teacherFolder = 'teacher';

const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
/** A file of the folder, or of `teacher/` in it: plain names, so that none leads elsewhere. */
export const runFileName = z.string().regex(/^(teacher\/)?[A-Za-z0-9][\w.-]{0,99}$/, 'a plain file name, or one in teacher/');

export const runFolder = z.object({
  format: z.literal('glyphscope-run'),
  version: z.int().min(1),
  name: givenName,
  /** Quantizer and vocabulary size: "GS 128". */
  variant: z.string().max(100),
  step: z.int().min(0),
  /** Name of the collection that it was trained on. */
  collection: z.string().max(200),
  backend: z.string().max(500).nullable(),
  knnTop1: z.number().min(0).max(1).nullable(),
  createdAt: z.int().min(0),
  /** Z of the teacher's feature, and T of its tokens; 0 for a student that looks at none. */
  featureWidth: z.int().min(1).max(65_536),
  tokenWidth: z.int().min(0).max(65_536),
  teacher: z.object({
    name: teacherName,
    /** The name and the start of a hash over its files and how they are used. */
    id: z.string().max(100),
    description: z.string().max(2000),
    /** Whether its files are in the folder. */
    included: z.boolean(),
  }),
  /** Glyphscope that wrote it. */
  program: z.string().max(50),
  files: z.record(runFileName, z.object({ bytes: z.int().min(0), sha256 })),
});
export type RunFolder = z.infer<typeof runFolder>;

/** manifest.json: the folder's facts, and a SHA-256 of all of them. */
export const runManifest = runFolder.extend({ hash: sha256 });

export const runFolderConfig = storedConfig;
/** symbols.json; positions count from 1, null is wherever the symbol stands. */
export const runFolderSymbols = z.object({ vocabulary: z.int().min(2), length: z.int().min(1), names: z.array(symbolName) });
/** evaluation.json: the newest documents of the run on each collection that it was measured on. */
export const runFolderEvaluation = z.object({ evaluations: z.array(evaluation), fewShot: z.array(fewShot) });
export type RunFolderEvaluation = z.infer<typeof runFolderEvaluation>;

/** What is asked of an export of a run. */
export const runExportRequest = z.object({
  run: rowId,
  /** Copies the teacher in although it did not come with Glyphscope: the user says that its licence allows that. */
  withTeacher: z.boolean().default(false),
});
export type RunExportRequest = z.infer<typeof runExportRequest>;

/** Bytes that a run takes, by what they are for. */
export const runDiskUse = z.object({
  run: rowId,
  checkpoints: z.int(),
  /** Its log and the events in the database. */
  curves: z.int(),
  /** Embeddings and symbols of described images. */
  descriptions: z.int(),
  maps: z.int(),
  /** Lists of images, cards, and what else lies in its folder. */
  other: z.int(),
  total: z.int(),
});
export type RunDiskUse = z.infer<typeof runDiskUse>;

/** A run that was deleted and can still be restored. */
export const deletedRun = run.extend({
  removedAt: z.int(),
  /** When it is emptied by itself; null when that is switched off. */
  emptiedAt: z.int().nullable(),
});
export type DeletedRun = z.infer<typeof deletedRun>;

/** Days that deleted runs are kept for; null keeps them until they are emptied by hand. */
export const keptDays = z.int().min(1).max(3650).nullable();
export const usualKeptDays = 30;
