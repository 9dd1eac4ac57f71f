import type { TrainingConfig } from '../contract/config';

/**
 * One alphabet for the shapes in comments: B images, V views, R sequences (B·V in training), M memory tokens, H heads,
 * Z feature width, C channels that the student works in, D model width, L symbols per description, K vocabulary size, P projector outputs, F bottleneck.
 * Matrices of L·R rows are ordered by position: row j·R + r is position j of sequence r.
 */
export type StudentShape = Pick<
  TrainingConfig,
  | 'vocabulary' | 'length' | 'descriptor' | 'width' | 'descriptorLayers' | 'descriptorHeads' | 'memoryTokens'
  | 'interpreterLayers' | 'interpreterHeads' | 'projectorOutputs' | 'projectorHidden' | 'projectorBottleneck'
> & {
  /** Z. */
  featureWidth: number;
  /** C: Z, or the directions kept of it. */
  channels: number;
};

export function studentShape(config: TrainingConfig, featureWidth: number): StudentShape {
  const { vocabulary, length, descriptor, width, descriptorLayers, descriptorHeads, memoryTokens, interpreterLayers, interpreterHeads } = config;
  const { projectorOutputs, projectorHidden, projectorBottleneck } = config;
  return {
    vocabulary, length, descriptor, width, descriptorLayers, descriptorHeads, memoryTokens,
    interpreterLayers, interpreterHeads, projectorOutputs, projectorHidden, projectorBottleneck, featureWidth, channels: config.channels > 0 ? Math.min(config.channels, featureWidth) : featureWidth,
  };
}
