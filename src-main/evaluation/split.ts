import { GlyphscopeError } from '../contract/errors';

export interface EvaluationSplit {
  /** Rows of the collection that the bank and the probe learn from, and those that are classified; ascending. */
  train: Int32Array;
  test: Int32Array;
  /** How it was made, for the evaluation's protocol. */
  description: string;
}

/**
 * Which images are learned from and which are classified. Images without a label take no part. Where the collection has
 * both splits they are used as they are (images in neither take no part); otherwise a fifth of each class, rounded, at
 * least one and drawn with `seed`, is classified, and classes with a single image stay in training.
 * @param o.labels [n] class numbers, −1 for none
 * @throws LABELS_MISSING without labels, COLLECTION_TOO_SMALL when a side would be empty
 */
export function evaluationSplit(o: {
  labels: ArrayLike<number>;
  splits: readonly ('train' | 'test' | null)[];
  classes: readonly string[];
  seed?: number;
}): EvaluationSplit {
  const { labels, splits } = o;
  const labelled: number[] = [];
  for (let i = 0; i < labels.length; i++) if (labels[i] >= 0) labelled.push(i);
  if (labelled.length === 0)
    throw new GlyphscopeError('LABELS_MISSING', 'None of the images has a label, so there is no accuracy to measure.', {
      remedy: 'Import the images from a folder with one sub-folder for each class.',
    });
  const named = (name: 'train' | 'test') => Int32Array.from(labelled.filter((i) => splits[i] === name));
  const [train, test] = [named('train'), named('test')];
  if (train.length > 0 && test.length > 0) {
    const left = labels.length - train.length - test.length;
    const rest = left > 0 ? `; ${count(left)} without a label or a split left out` : '';
    return { train, test, description: `the collection's own splits: ${count(train.length)} training and ${count(test.length)} test images${rest}` };
  }
  const seed = o.seed ?? 0;
  const sides = stratified(labelled, labels, o.classes.length, seed);
  if (sides.train.length === 0 || sides.test.length === 0)
    throw new GlyphscopeError('COLLECTION_TOO_SMALL', `${count(labelled.length)} labelled images leave no class with two: one to learn from and one to classify are needed.`, {
      remedy: 'Add images to a class.',
    });
  const left = labels.length - labelled.length;
  const rest = left > 0 ? `; ${count(left)} images without a label left out` : '';
  return {
    ...sides,
    description: `the collection has no training and test split, so a fifth of each class was drawn for the test (seed ${seed}): ${count(sides.train.length)} training and ${count(sides.test.length)} test images${rest}`,
  };
}

function stratified(labelled: number[], labels: ArrayLike<number>, classes: number, seed: number): { train: Int32Array; test: Int32Array } {
  const byClass: number[][] = Array.from({ length: classes }, () => []);
  for (const i of labelled) {
    if (labels[i] >= classes) throw new GlyphscopeError('INVALID_INPUT', `Label ${labels[i]} of image ${i} is outside 0 to ${classes - 1}.`);
    byClass[labels[i]].push(i);
  }
  const random = mulberry32(seed);
  const train: number[] = [];
  const test: number[] = [];
  for (const members of byClass) {
    for (let i = members.length - 1; i > 0; i--) {
      const j = Math.floor(random() * (i + 1));
      [members[i], members[j]] = [members[j], members[i]];
    }
    const taken = members.length < 2 ? 0 : Math.max(1, Math.round(members.length / 5));
    test.push(...members.slice(0, taken));
    train.push(...members.slice(taken));
  }
  return { train: Int32Array.from(train).sort(), test: Int32Array.from(test).sort() };
}

/** Seeded numbers in 0 … 1 (mulberry32, T. Ettinger, public domain). */
export function mulberry32(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

const count = (n: number) => n.toLocaleString('en-US');
