import type { TrainingConfig } from '../contract/config';

/**
 * One alphabet for the shapes in comments: B images, V views, R sequences (B·V in training), M memory tokens, H heads,
 * Z feature width, N tokens of width T, C channels that the student works in, D model width, L symbols per description, K vocabulary size, E width of a code vector, P projector outputs, F bottleneck.
 * Matrices of L·R rows are ordered by position: row j·R + r is position j of sequence r.
 */
const fields = [
  'quantizer', 'codebookUpdate', 'vocabulary', 'length', 'descriptor', 'width', 'descriptorLayers', 'descriptorHeads', 'memoryTokens',
  'interpreterLayers', 'interpreterHeads', 'interpreterAttention', 'projectorOutputs', 'projectorHidden', 'projectorBottleneck',
] as const satisfies (keyof TrainingConfig)[];

/** Tokens of one image or view. */
export interface FeatureTokens {
  /** N. */
  count: number;
  /** T, numbers of one. */
  width: number;
}

export type StudentShape = Pick<TrainingConfig, (typeof fields)[number]> & {
  /** Z. */
  featureWidth: number;
  /** N tokens of T numbers that the descriptor looks at beside the feature, as a vision transformer gives them; 0 for none. */
  featureTokens: number;
  tokenWidth: number;
  /** C: Z, or the directions kept of it. */
  channels: number;
  /** H of the network that maps features to channels; 0: the map is linear. */
  mapHidden: number;
  /** Hidden width of the network that reads the rest of an embedding from its channels; 0: the rest is zeros. */
  readoutHidden: number;
  /** E: width of the code vectors of each position, 0 where symbols have none. */
  codeWidth: number;
};

export function studentShape(config: TrainingConfig, featureWidth: number, tokens: FeatureTokens = { count: 0, width: 0 }): StudentShape {
  const channels = config.channels > 0 ? Math.min(config.channels, featureWidth) : featureWidth;
  const residual = config.descriptor === 'residual';
  const codeWidth = residual ? channels : config.quantizer === 'vector' ? config.codeWidth : 0;
  const mapHidden = config.channels > 0 && config.mapSteps > 0 ? config.mapHidden : 0;
  const readoutHidden = residual && config.codebookStart === 'k-means' && config.readoutSteps > 0 && channels < featureWidth ? mapHidden : 0;
  const chosen = Object.fromEntries(fields.map((name) => [name, config[name]])) as Pick<TrainingConfig, (typeof fields)[number]>;
  return { ...chosen, featureWidth, featureTokens: tokens.count, tokenWidth: tokens.width, channels, mapHidden, readoutHidden, codeWidth };
}
