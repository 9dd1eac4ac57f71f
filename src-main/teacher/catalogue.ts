import { createHash } from 'node:crypto';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as z from 'zod';
import { GlyphscopeError } from '../contract/errors';
import type { TeacherTokens } from './tokens';

/** An image encoder that is ready to be loaded. */
export interface TeacherInfo {
  /** Names the feature files: the teacher's name and the start of its model's hash, so another model never meets them. */
  id: string;
  name: string;
  description: string;
  directory: string;
  /** Path of the ONNX model. */
  model: string;
  /** Z, the width of `embedding`. */
  featureWidth: number;
  /** What its model gives as `patch_tokens` beside the one vector; null when it does not. */
  tokens: TeacherTokens | null;
  /** Side of the square input in pixels. */
  inputSize: number;
  /** Of red, green, blue within 0 to 1. */
  mean: [number, number, number];
  std: [number, number, number];
  /** Of the model file, 64 hexadecimal digits. */
  sha256: string;
}

const triple = z.tuple([z.number(), z.number(), z.number()]);
const teacherFile = z.object({
  name: z.string().regex(/^[a-z0-9][a-z0-9.-]{0,60}$/, 'a name of lower-case letters, digits, dots and hyphens'),
  description: z.string(),
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
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
});

const verified = new Map<string, TeacherInfo>();

/**
 * Reads a teacher's folder (teacher.json beside model.onnx) and checks that the model is the one that teacher.json speaks of.
 * @throws NOT_FOUND a file is missing; INVALID_INPUT teacher.json is not valid, or the model has another SHA-256
 */
export function readTeacher(directory: string): TeacherInfo {
  const file = join(directory, 'teacher.json');
  const model = join(directory, 'model.onnx');
  for (const needed of [file, model]) {
    if (!existsSync(needed)) throw new GlyphscopeError('NOT_FOUND', `The teacher's file ${needed} is missing.`, { subject: needed, remedy: 'Install Glyphscope again, or put the file back.' });
  }
  const { mtimeMs, size } = statSync(model);
  const text = readFileSync(file, 'utf8');
  const key = `${model}:${mtimeMs}:${size}:${text}`;
  const known = verified.get(key);
  if (known !== undefined) return known;
  const parsed = teacherFile.safeParse(parseJson(text, file));
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new GlyphscopeError('INVALID_INPUT', `${file} is not valid at ${issue.path.join('.') || 'its top'}: ${issue.message}.`, { subject: file, remedy: 'Compare it with resources/teacher/teacher.json.' });
  }
  const { name, description, input, outputs, sha256 } = parsed.data;
  const found = createHash('sha256').update(readFileSync(model)).digest('hex');
  if (found !== sha256) {
    throw new GlyphscopeError('INVALID_INPUT', `${model} is not the model that teacher.json speaks of: its SHA-256 is ${found.slice(0, 12)}…, not ${sha256.slice(0, 12)}….`, {
      subject: model,
      remedy: 'Install Glyphscope again; after training a teacher of your own, copy its model.onnx and teacher.json together.',
    });
  }
  const info: TeacherInfo = {
    id: `${name}-${sha256.slice(0, 8)}`,
    name,
    description,
    directory,
    model,
    featureWidth: outputs.embedding[1],
    tokens: outputs.patch_tokens ? { count: outputs.patch_tokens[1], width: outputs.patch_tokens[2] } : null,
    inputSize: input.shape[2],
    mean: input.mean,
    std: input.std,
    sha256,
  };
  verified.set(key, info);
  return info;
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
