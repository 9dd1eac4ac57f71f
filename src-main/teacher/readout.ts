import * as z from 'zod';
import { GlyphscopeError } from '../contract/errors';
import { teacherFeature, type TeacherFeature } from '../contract/teachers';
import type { TeacherTokens } from './tokens';

/** Where a model's outputs hold the one vector of an image and its tokens. */
export const readout = z.object({
  feature: teacherFeature,
  /** Output [B, Z] of the model's own vector. */
  pooled: z.string().nullable(),
  /** Output [B, leading + M, T]. */
  hidden: z.string().nullable(),
  /** Tokens before the patches: the class token and the registers. */
  leading: z.int().min(0).max(1024),
});
export type Readout = z.infer<typeof readout>;

/** One output of a model as a run on a single image gave it. */
export interface ModelOutput {
  name: string;
  dims: readonly number[];
}

/** What the hub's config.json says of a transformer's tokens. */
export interface TokenLayout {
  /** Side of a patch in pixels; null when it says nothing. */
  patchSize: number | null;
  registers: number;
}

/** The names that the hub's exports give a model's own vector, the first found is taken. */
const pooledNames = ['pooler_output', 'image_embeds', 'embedding'];
const hiddenNames = ['last_hidden_state', 'patch_tokens'];

/**
 * Finds in a model's outputs what a teacher needs. Without a wish the feature is the class token where there is one
 * (what DINO, DINOv2 and their k-NN figures use), else the model's own vector, else the mean of the patches; CLIP's
 * image_embeds come first, since that is what it was trained for.
 * @throws TEACHER_UNUSABLE with the outputs that there are; INVALID_INPUT when the wish cannot be met
 */
export function findReadout(outputs: readonly ModelOutput[], size: number, layout: TokenLayout, wish?: TeacherFeature): { readout: Readout; featureWidth: number; tokens: TeacherTokens | null } {
  const named = (names: string[], rank: number) => names.map((name) => outputs.find((one) => one.name === name && one.dims.length === rank)).find((one) => one !== undefined);
  const pooled = named(pooledNames, 2);
  const hidden = named(hiddenNames, 3);
  const grid = hidden && gridOf(hidden, size, layout);
  const possible: TeacherFeature[] = [...(pooled?.name === 'image_embeds' ? ['pooled' as const] : []), ...(grid && grid.leading > 0 ? ['class' as const] : []), ...(pooled ? ['pooled' as const] : []), ...(grid ? ['mean' as const] : [])];
  const feature = wish ?? possible[0];
  const found = outputs.map(({ name, dims }) => `${name} [${dims.join(', ')}]`).join(', ');
  if (possible.length === 0)
    throw new GlyphscopeError('TEACHER_UNUSABLE', `The model gives ${found}, and none of it is a feature of the image: that would be last_hidden_state [B, tokens, Z], pooler_output or image_embeds [B, Z].`, {
      remedy: outputs.some(({ name }) => name === 'logits') ? 'It was exported to classify. Take an export for feature extraction, such as Xenova/vit-base-patch16-224-in21k.' : 'Take an export for image feature extraction.',
    });
  if (!possible.includes(feature)) throw new GlyphscopeError('INVALID_INPUT', `This model cannot give the feature "${feature}": it gives ${found}.`, { subject: 'feature', remedy: `Take ${[...new Set(possible)].join(' or ')}.` });
  return {
    readout: { feature, pooled: pooled?.name ?? null, hidden: grid ? hidden.name : null, leading: grid?.leading ?? 0 },
    featureWidth: feature === 'pooled' ? pooled!.dims[1] : hidden!.dims[2],
    tokens: grid ? { count: grid.count, width: hidden!.dims[2] } : null,
  };
}

/** How a sequence divides into leading tokens and a square of patches; null when it does not. */
function gridOf({ dims: [, length] }: ModelOutput, size: number, { patchSize, registers }: TokenLayout): { leading: number; count: number } | null {
  if (patchSize !== null) {
    const count = Math.floor(size / patchSize) ** 2;
    return count > 0 && count <= length ? { leading: length - count, count } : null;
  }
  for (const leading of [1 + registers, 0]) if (length > leading && Number.isInteger(Math.sqrt(length - leading))) return { leading, count: length - leading };
  return null;
}

/**
 * The features of a batch out of the model's outputs.
 * @param values numbers of the output that `feature` is read from: [B, Z] for pooled, [B, leading + M, Z] else
 * @param out [B, Z] from `offset` on
 */
export function readFeatures(values: Float32Array, batch: number, width: number, { feature, leading }: Pick<Readout, 'feature' | 'leading'>, out: Float32Array, offset: number): void {
  if (feature === 'pooled') return out.set(values.subarray(0, batch * width), offset);
  const each = values.length / batch;
  for (let b = 0; b < batch; b++) {
    const tokens = values.subarray(b * each, (b + 1) * each);
    const to = offset + b * width;
    if (feature === 'class') out.set(tokens.subarray(0, width), to);
    else meanOf(tokens.subarray(leading * width), width, out.subarray(to, to + width));
  }
}

/** The mean of rows. @param rows [n, width] @param out [width] */
function meanOf(rows: Float32Array, width: number, out: Float32Array): void {
  out.fill(0);
  const share = width / rows.length;
  for (let at = 0; at < rows.length; at += width) for (let i = 0; i < width; i++) out[i] += rows[at + i] * share;
}
