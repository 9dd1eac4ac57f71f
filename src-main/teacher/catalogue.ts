import { createHash } from 'node:crypto';
import { createReadStream, existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as z from 'zod';
import { GlyphscopeError } from '../contract/errors';
import { teacherName } from '../contract/teachers';
import { preprocessing, type Preprocessing } from './preprocessing';
import { readout, type Readout } from './readout';
import type { TeacherTokens } from './tokens';

/** An image encoder that is ready to be loaded. */
export interface TeacherInfo {
  /** Names the feature files: the teacher's name and the start of a hash over its files and how they are used. */
  id: string;
  name: string;
  description: string;
  directory: string;
  /** Path of the ONNX model. */
  model: string;
  /** Weights that lie beside it, if any. */
  weights: { file: string; sha256: string } | null;
  /** Z, the width of `embedding`. */
  featureWidth: number;
  /** What its model gives as `patch_tokens` beside the one vector; null when it does not. */
  tokens: TeacherTokens | null;
  /** Side of the square input in pixels. */
  inputSize: number;
  /** How an image becomes that input. */
  preprocessing: Preprocessing;
  /** Where the vector and the tokens are in the model's outputs. */
  readout: Readout;
  /** Of red, green, blue within 0 to 1. */
  mean: [number, number, number];
  std: [number, number, number];
  /** Of the model file, 64 hexadecimal digits. */
  sha256: string;
}

const triple = z.tuple([z.number(), z.number(), z.number()]);
const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
const fileName = z.string().regex(/^[A-Za-z0-9][\w.-]*$/, 'a plain file name');

/** teacher.json. What is optional has the values of a teacher that resources/teacher/train.py writes. */
const teacherFile = z.object({
  name: teacherName,
  description: z.string(),
  model: fileName.default('model.onnx'),
  weights: z.object({ file: fileName, sha256 }).nullable().default(null),
  preprocessing: preprocessing.default({ kind: 'centre-square' }),
  readout: readout.optional(),
  input: z.object({
    name: z.literal('pixel_values'),
    shape: z.tuple([z.literal('batch'), z.literal(3), z.int().min(8).max(1024), z.int().min(8).max(1024)]).refine(([, , h, w]) => h === w, 'a square input'),
    mean: triple,
    std: triple.refine((std) => std.every((s) => s > 0), 'above 0'),
  }),
  outputs: z.object({
    embedding: z.tuple([z.literal('batch'), z.int().min(1).max(65_536)]),
    patch_tokens: z
      .tuple([z.literal('batch'), z.int().min(1).max(65_536), z.int().min(1).max(65_536)])
      .refine(([, count]) => Number.isInteger(Math.sqrt(count)), 'a square grid of tokens')
      .optional(),
  }),
  sha256,
});
export type TeacherFile = z.input<typeof teacherFile>;

/**
 * Reads a teacher's folder: teacher.json beside its model, which is not looked into (`verifyTeacher` does that).
 * @throws NOT_FOUND a file is missing; INVALID_INPUT teacher.json is not valid
 */
export function readTeacher(directory: string): TeacherInfo {
  const file = join(directory, 'teacher.json');
  requireFile(file);
  const text = readFileSync(file, 'utf8');
  const parsed = teacherFile.safeParse(parseJson(text, file));
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new GlyphscopeError('INVALID_INPUT', `${file} is not valid at ${issue.path.join('.') || 'its top'}: ${issue.message}.`, { subject: file, remedy: 'Compare it with resources/teacher/teacher.json.' });
  }
  const { name, description, model, weights, input, outputs, preprocessing: prepared, readout: given, sha256: hash } = parsed.data;
  for (const needed of [model, ...(weights ? [weights.file] : [])]) requireFile(join(directory, needed));
  // How a model is used is part of what its features are; a teacher that says nothing of it is known by its model alone.
  const identity = given ? createHash('sha256').update(JSON.stringify([hash, weights?.sha256 ?? null, input, prepared, given])).digest('hex') : hash;
  return {
    id: `${name}-${identity.slice(0, 8)}`,
    name,
    description,
    directory,
    model: join(directory, model),
    weights,
    featureWidth: outputs.embedding[1],
    tokens: outputs.patch_tokens ? { count: outputs.patch_tokens[1], width: outputs.patch_tokens[2] } : null,
    inputSize: input.shape[2],
    preprocessing: prepared,
    readout: given ?? { feature: 'pooled', pooled: 'embedding', hidden: outputs.patch_tokens ? 'patch_tokens' : null, leading: 0 },
    mean: input.mean,
    std: input.std,
    sha256: hash,
  };
}

function requireFile(file: string): void {
  if (!existsSync(file)) throw new GlyphscopeError('NOT_FOUND', `The teacher's file ${file} is missing.`, { subject: file, remedy: 'Install Glyphscope again, or put the file back; a teacher that you added can be added again.' });
}

const verified = new Set<string>();

/**
 * Checks, once for each state of the files, that a teacher's model is the one that teacher.json speaks of.
 * @throws INVALID_INPUT when a file has another SHA-256
 */
export async function verifyTeacher({ model, weights, directory, sha256: hash }: TeacherInfo): Promise<void> {
  for (const [file, expected] of [[model, hash], ...(weights ? [[join(directory, weights.file), weights.sha256]] : [])]) {
    const { mtimeMs, size } = statSync(file);
    const key = `${file}:${mtimeMs}:${size}:${expected}`;
    if (verified.has(key)) continue;
    const found = await sha256OfFile(file);
    if (found !== expected) {
      throw new GlyphscopeError('INVALID_INPUT', `${file} is not the model that teacher.json speaks of: its SHA-256 is ${found.slice(0, 12)}…, not ${expected.slice(0, 12)}….`, {
        subject: file,
        remedy: 'Install Glyphscope again; after training a teacher of your own, copy its model.onnx and teacher.json together.',
      });
    }
    verified.add(key);
  }
}

/** 64 hexadecimal digits; the file is read in pieces. */
export async function sha256OfFile(file: string, signal?: AbortSignal): Promise<string> {
  const hash = createHash('sha256');
  for await (const piece of createReadStream(file, { highWaterMark: 1 << 20, signal })) hash.update(piece as Buffer);
  return hash.digest('hex');
}

function parseJson(text: string, file: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new GlyphscopeError('INVALID_INPUT', `${file} is not JSON: ${(error as Error).message}.`, { subject: file, remedy: 'Install Glyphscope again, or put the file back.', cause: error });
  }
}

/**
 * The teacher that comes with the application.
 * @param resources the application's folder of that name; found from this file upwards when absent
 * @throws NOT_FOUND, INVALID_INPUT as readTeacher
 */
export function embeddedTeacher(resources = process.env.GLYPHSCOPE_RESOURCES || findResources()): TeacherInfo {
  return readTeacher(join(resources, 'teacher'));
}

function findResources(): string {
  const here = dirname(fileURLToPath(import.meta.url));
  for (let folder = here; ; folder = dirname(folder)) {
    const resources = join(folder, 'resources');
    if (existsSync(join(resources, 'teacher', 'teacher.json'))) return resources;
    if (dirname(folder) === folder) throw new GlyphscopeError('NOT_FOUND', `No folder above ${here} has resources/teacher.`, { remedy: 'Install Glyphscope again.' });
  }
}
