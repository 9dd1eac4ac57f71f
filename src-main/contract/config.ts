import * as z from 'zod';

/** How a field is shown: the CLI's help, the form and the documentation all read this and nothing else. */
export interface FieldMeta {
  label: string;
  /** Meaning, a good value, and what to change when it goes wrong. */
  help: string;
  group: 'Run' | 'Symbols' | 'Descriptor' | 'Interpreter' | 'Projector' | 'Loss' | 'Optimizer' | 'Watching';
  unit?: string;
  advanced?: boolean;
}
export const field = z.registry<FieldMeta>();

export const presetName = z.enum(['tiny', 'small', 'base', 'paper']);
export type PresetName = z.infer<typeof presetName>;

/**
 * Everything that decides a training. One flat object: its keys are the CLI's flags (kebab-case), the form's fields,
 * and what is stored with the run. Letters of the shapes: docs/architecture.md.
 */
export const trainingConfig = z.object({
  preset: presetName.default('small').register(field, { label: 'Preset', group: 'Run', help: 'Starting values for every other field. small suits a CPU, base a GPU, paper follows the publication, tiny is for tests.' }),
  steps: z.int().min(1).max(10_000_000).register(field, { label: 'Steps', group: 'Run', unit: 'steps', help: 'Optimizer steps. More steps help the long prefixes most; 1,000 to 4,000 are enough for small.' }),
  batch: z.int().min(2).max(4096).register(field, { label: 'Batch', group: 'Run', unit: 'images', help: 'Images a step; each gives all its views. Lower it when memory runs out.' }),
  views: z.int().min(1).max(4).register(field, { label: 'Views', group: 'Run', help: 'Augmented global views of each image, as in DINO. The paper uses 4.' }),
  seed: z.int().min(0).max(2 ** 31 - 1).default(0).register(field, { label: 'Seed', group: 'Run', help: 'Start of every random choice: same seed, backend and threads give the same run.' }),
  quantizer: z.enum(['gumbel']).default('gumbel').register(field, { label: 'Quantizer', group: 'Symbols', help: 'How the descriptor\'s state becomes one of K symbols. gumbel: Gumbel softmax.' }),
  vocabulary: z.int().min(2).max(4096).default(128).register(field, { label: 'Vocabulary', group: 'Symbols', unit: 'symbols', help: 'K, the number of different symbols. 128 is a good start; larger keeps more of the teacher.' }),
  length: z.int().min(1).max(8).default(8).register(field, { label: 'Length', group: 'Symbols', unit: 'symbols', help: 'L, symbols in a full description; every shorter prefix is trained as well.' }),
});
export type TrainingConfig = z.infer<typeof trainingConfig>;
