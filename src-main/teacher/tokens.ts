import { statfsSync } from 'node:fs';
import { GlyphscopeError } from '../contract/errors';
import type { TeacherInfo } from './catalogue';
import { FeatureStore, viewsName } from './feature-store';

/** Tokens of one image or view as the teacher's model gives them: a square grid, row by row. */
export interface TeacherTokens {
  /** M, a square. */
  count: number;
  /** T, numbers of one. */
  width: number;
}

/** Tokens that were kept, N of T numbers for each image and view: [n, records, N·T]. */
export interface TokenStores {
  clean: FeatureStore;
  views: FeatureStore;
}

/**
 * The teacher's tokens, when it can give `kept` of them.
 * @throws INVALID_INPUT when it gives none, fewer, or when the number is no square
 */
export function requireTokens({ name, tokens }: TeacherInfo, kept: number): TeacherTokens {
  const refuse = (message: string, remedy: string) => new GlyphscopeError('INVALID_INPUT', message, { subject: 'featureTokens', remedy });
  if (!tokens) throw refuse(`The teacher ${name} gives one vector for an image and no tokens.`, 'Set featureTokens to 0.');
  if (!Number.isInteger(Math.sqrt(kept))) throw refuse(`${kept} tokens are no square.`, 'Take 1, 4, 9, 16 or another square.');
  if (kept > tokens.count) throw refuse(`The teacher ${name} gives ${tokens.count} tokens for an image, not ${kept}.`, `Set featureTokens to ${tokens.count} or less.`);
  return tokens;
}

/**
 * A square grid of tokens made smaller by the mean over windows: window i of n covers the rows ⌊iS/n⌋ to ⌈(i+1)S/n⌉ of S,
 * and columns alike (PyTorch's AdaptiveAvgPool2d). With `kept` = `count` it copies.
 * @param tokens [count, T], S·S of them  @param out [kept, T] from `offset` on
 */
export function poolTokens(tokens: Float32Array, { count, width }: TeacherTokens, kept: number, out: Float32Array, offset: number): void {
  const [S, n] = [Math.sqrt(count), Math.sqrt(kept)];
  const from = (i: number) => Math.floor((i * S) / n);
  const to = (i: number) => Math.ceil(((i + 1) * S) / n);
  for (let i = 0; i < n; i++)
    for (let j = 0; j < n; j++) {
      const target = out.subarray(offset + (i * n + j) * width, offset + (i * n + j + 1) * width).fill(0);
      const share = 1 / ((to(i) - from(i)) * (to(j) - from(j)));
      for (let y = from(i); y < to(i); y++)
        for (let x = from(j); x < to(j); x++) {
          const at = (y * S + x) * width;
          for (let t = 0; t < width; t++) target[t] += tokens[at + t] * share;
        }
    }
}

/** Opens `clean-tokens-N` and `views-<seed>-tokens-N`. @param kept N @throws INVALID_INPUT as requireTokens, LIBRARY_DAMAGED */
export function openTokenStores(directory: string, teacher: TeacherInfo, o: { kept: number; views: number; seed: number }): TokenStores {
  const width = o.kept * requireTokens(teacher, o.kept).width;
  return {
    clean: FeatureStore.open(directory, { width, records: 1, name: `clean-tokens-${o.kept}` }),
    views: FeatureStore.open(directory, { width, records: o.views, name: `${viewsName(o.seed)}-tokens-${o.kept}` }),
  };
}

/**
 * Refuses tokens that the disk has no room for before any is computed.
 * @param missing how many slots of each store are to be written
 * @throws DISK_FULL, with what they need and what is free
 */
export function requireRoom(stores: TokenStores, missing: { clean: number; views: number }): void {
  const bytes = roomOf(stores, missing);
  const { directory } = stores.clean;
  const { bavail, bsize } = statfsSync(directory);
  if (bytes <= bavail * bsize) return;
  throw new GlyphscopeError('DISK_FULL', `The tokens need ${room(bytes)} on the disk, which has ${room(bavail * bsize)} free.`, {
    subject: directory,
    remedy: 'Free some space, or keep fewer tokens (featureTokens).',
  });
}

/** Bytes that tokens take on the disk. @param slots how many there are of each store */
export function roomOf({ clean, views }: TokenStores, slots: { clean: number; views: number }): number {
  return 4 * (slots.clean * clean.slotLength + slots.views * views.slotLength);
}

/** "4.3 GB", "205 MB". */
export const room = (bytes: number) => (bytes < 1e9 ? `${Math.ceil(bytes / 1e6)} MB` : `${(bytes / 1e9).toFixed(1)} GB`);
