import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { GlyphscopeError } from '../contract/errors';
import type { Preprocessing } from './preprocessing';
import type { TokenLayout } from './readout';

/** Where the hub's repositories keep an ONNX model, the first that is there is taken. */
export const modelFiles = ['onnx/model.onnx', 'model.onnx', 'onnx/vision_model.onnx', 'vision_model.onnx'] as const;
/** Weights that an export keeps beside the graph have its name with this ending. */
export const weightsEnding = '_data';

/** What a folder in the hub's layout says of a model. */
export interface HubLayout {
  /** Path of the model within the folder. */
  model: string;
  preprocessing: Preprocessing;
  /** S, the side of the input. */
  inputSize: number;
  mean: [number, number, number];
  std: [number, number, number];
  layout: TokenLayout;
}

const side = z.int().min(8).max(1024);
const triple = z.tuple([z.number(), z.number(), z.number()]);
const square = z.object({ height: side, width: side });
const size = z.union([side, square, z.object({ shortest_edge: side })]);

/** preprocessor_config.json, as far as it decides the pixels. Transformers' defaults stand where it says nothing. */
const processorFile = z.object({
  do_resize: z.literal(true, 'true').default(true),
  size,
  resample: z.union([z.literal(2), z.literal(3)], '2 (bilinear) or 3 (bicubic)').default(2),
  do_center_crop: z.boolean().default(false),
  crop_size: z.union([side, square.refine(({ height, width }) => height === width, 'a square')]).optional(),
  do_rescale: z.literal(true, 'true').default(true),
  rescale_factor: z.number().refine((factor) => Math.abs(factor * 255 - 1) < 1e-6, '1/255').default(1 / 255),
  do_normalize: z.boolean().default(true),
  image_mean: triple.default([0, 0, 0]),
  image_std: triple.refine((std) => std.every((one) => one > 0), 'above 0').default([1, 1, 1]),
});

const tokensOf = z.object({ patch_size: z.int().min(1).optional(), num_register_tokens: z.int().min(0).optional() });
const modelFile = tokensOf.extend({ vision_config: tokensOf.optional() });

/**
 * Reads config.json and preprocessor_config.json and finds the model.
 * @throws NOT_FOUND a file is missing; TEACHER_UNUSABLE naming the field that asks for what the encoder cannot do
 */
export function readHubLayout(folder: string): HubLayout {
  const model = modelFiles.find((name) => existsSync(join(folder, name)));
  if (!model) throw new GlyphscopeError('NOT_FOUND', `There is no ONNX model in ${folder}: none of ${modelFiles.join(', ')}.`, { subject: folder, remedy: 'Choose the folder that holds config.json, preprocessor_config.json and onnx/model.onnx.' });
  const processor = parse(folder, 'preprocessor_config.json', processorFile);
  const { vision_config, ...config } = parse(folder, 'config.json', modelFile);
  const { patch_size, num_register_tokens } = { ...config, ...vision_config };
  const whole = wholeSize(processor);
  const cut = processor.do_center_crop || 'shorterSide' in whole ? cropSide(processor, whole) : null;
  const inputSize = cut ?? ('width' in whole ? whole.width : 0);
  if (('width' in whole && (inputSize > whole.width || inputSize > whole.height || (cut === null && whole.width !== whole.height))) || ('shorterSide' in whole && inputSize > whole.shorterSide))
    throw unusable(folder, 'preprocessor_config.json', 'size', 'a square of at least the crop');
  return {
    model,
    preprocessing: { kind: 'resize-and-crop', ...whole, interpolation: processor.resample === 3 ? 'bicubic' : 'bilinear' },
    inputSize,
    mean: processor.do_normalize ? processor.image_mean : [0, 0, 0],
    std: processor.do_normalize ? processor.image_std : [1, 1, 1],
    layout: { patchSize: patch_size ?? null, registers: num_register_tokens ?? 0 },
  };
}

type Processor = z.infer<typeof processorFile>;

/** A bare number is the shorter side where the middle is cut out afterwards (CLIP, DeiT), else both sides (ViT). */
function wholeSize({ size: asked, do_center_crop }: Processor): { shorterSide: number } | { width: number; height: number } {
  if (typeof asked !== 'number') return 'shortest_edge' in asked ? { shorterSide: asked.shortest_edge } : asked;
  return do_center_crop ? { shorterSide: asked } : { width: asked, height: asked };
}

/** Side of the middle that is cut out; an image that keeps its shape needs one, so that all inputs are alike. */
function cropSide({ crop_size }: Processor, whole: { shorterSide: number } | { width: number; height: number }): number {
  if (crop_size === undefined) return 'shorterSide' in whole ? whole.shorterSide : Math.min(whole.width, whole.height);
  return typeof crop_size === 'number' ? crop_size : crop_size.width;
}

function parse<T>(folder: string, name: string, schema: z.ZodType<T>): T {
  const file = join(folder, name);
  if (!existsSync(file)) throw new GlyphscopeError('NOT_FOUND', `${file} is missing: it says how an image becomes the model's input.`, { subject: file, remedy: `Put ${name} of the model's repository beside the model.` });
  let json: unknown;
  try {
    json = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new GlyphscopeError('TEACHER_UNUSABLE', `${file} is not JSON: ${(error as Error).message}.`, { subject: file, remedy: 'Download it again.', cause: error });
  }
  const parsed = schema.safeParse(json);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw unusable(folder, name, issue.path.join('.') || 'its top', issue.message);
}

function unusable(folder: string, name: string, field: string, allowed: string): GlyphscopeError {
  return new GlyphscopeError('TEACHER_UNUSABLE', `${name} asks at ${field} for what Glyphscope cannot do: ${allowed}.`, { subject: join(folder, name), remedy: 'Take a model with the usual preprocessing: resize, centre crop, 0 to 1, mean and standard deviation.' });
}
