import * as z from 'zod';
import { teacherName } from './teachers';

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

export const quantizerName = z.enum(['gumbel', 'vector', 'sharpened']);
export type QuantizerName = z.infer<typeof quantizerName>;

const share = () => z.number().min(0).max(1);

/** Compute backends, best first; model/backend.ts loads them. */
export const backendNames = ['tensorflow-gpu', 'tensorflow', 'webgpu', 'wasm', 'cpu'] as const;
export type BackendName = (typeof backendNames)[number];
export type BackendChoice = BackendName | 'auto';

/**
 * Everything that decides a training. One flat object: its keys are the CLI's flags (kebab-case), the form's fields,
 * and what is stored with the run. Letters of the shapes: docs/architecture.md. The method: docs/method.md.
 */
export const trainingConfig = z.object({
  preset: presetName.register(field, {
    label: 'Preset', group: 'Run',
    help: 'Starting values for every other field. small suits a CPU, base a GPU, paper follows the publication, tiny is for tests.',
  }),
  teacher: teacherName.register(field, {
    label: 'Teacher', group: 'Run',
    help: 'The image encoder that the student learns from: embedded, or one that `glyphscope teachers add` brought into the library. A better teacher gives better symbols and takes longer.',
  }),
  steps: z.int().min(1).max(10_000_000).register(field, {
    label: 'Steps', group: 'Run', unit: 'steps',
    help: 'Optimizer steps. 400 are enough for small, which starts near its end; the autoregressive descriptor needs thousands.',
  }),
  batch: z.int().min(2).max(4096).register(field, {
    label: 'Batch', group: 'Run', unit: 'images',
    help: 'Images a step; each gives all its views. The paper uses 64. When memory runs out, lower the micro-batch instead: it changes nothing that is learned.',
  }),
  microBatch: z.int().min(0).max(4096).register(field, {
    label: 'Micro-batch', group: 'Run', unit: 'images', advanced: true,
    help: 'Images of a batch that are computed at a time; their gradients are added up before the weights change, so the training is the same to rounding. 0 takes the whole batch, the fastest. Lower it, to a number that divides the batch, when memory runs out: half of it needs about half of the memory.',
  }),
  views: z.int().min(1).max(4).register(field, {
    label: 'Views', group: 'Run', unit: 'views',
    help: 'Augmented global views of each image, as in DINO. The paper uses 4; fewer make a step cheaper and the symbols less robust.',
  }),
  seed: z.int().min(0).max(2 ** 31 - 1).register(field, {
    label: 'Seed', group: 'Run',
    help: 'Start of every random choice: same seed, backend and threads give the same run. Change it to see how much chance matters.',
  }),
  backend: z.enum(['auto', ...backendNames]).register(field, {
    label: 'Backend', group: 'Run', advanced: true,
    help: 'What computes: auto takes the fastest that was found to compute rightly here. Force one to compare, or when the best one misbehaves.',
  }),
  threads: z.int().min(0).max(1024).register(field, {
    label: 'Threads', group: 'Run', unit: 'threads', advanced: true,
    help: 'Processor threads of native TensorFlow; 0 takes every core. Lower it to keep the machine free for other work.',
  }),
  precision: z.enum(['float32', 'bfloat16']).register(field, {
    label: 'Precision', group: 'Run', advanced: true,
    help: 'What the factors of matrix products are rounded to in a training step. float32 keeps them as they are. bfloat16 keeps 8 bits, and makes a step of base about 1.7 times as fast on a processor with instructions for it (AVX512-BF16 or AMX, native TensorFlow); elsewhere it changes nothing.',
  }),
  checkpointEvery: z.int().min(1).max(1_000_000).register(field, {
    label: 'Checkpoint every', group: 'Run', unit: 'steps', advanced: true,
    help: 'Steps between checkpoints; a run that is killed loses at most this many. 200 is good; raise it when disk is slow.',
  }),

  quantizer: quantizerName.register(field, {
    label: 'Quantizer', group: 'Symbols',
    help: 'How the descriptor\'s state becomes one of K symbols. gumbel: Gumbel softmax, the best of the paper. vector: the nearest vector of a codebook (VQ). sharpened: a softmax that sharpens during training (SS).',
  }),
  vocabulary: z.int().min(2).max(4096).register(field, {
    label: 'Vocabulary', group: 'Symbols', unit: 'symbols',
    help: 'K, the number of different symbols. 128 is a good start; larger keeps more of the teacher, smaller is easier to read.',
  }),
  length: z.int().min(1).max(8).register(field, {
    label: 'Length', group: 'Symbols', unit: 'symbols',
    help: 'L, symbols in a full description; every shorter prefix is trained as well. 8 keeps most.',
  }),
  straightThrough: z.boolean().register(field, {
    label: 'Straight-through', group: 'Symbols', advanced: true,
    help: 'For gumbel and sharpened: trains on hard symbols with the gradient of the soft ones, so that training sees what a test sees. Off: soft mixtures, smoother but further from the test.',
  }),
  gumbelTemperatureStart: z.number().min(0.01).max(100).register(field, {
    label: 'Gumbel temperature, start', group: 'Symbols', advanced: true,
    help: 'Softness of the symbols at the first step. 1 explores; lower it when the loss does not fall.',
  }),
  gumbelTemperatureEnd: z.number().min(0.01).max(100).register(field, {
    label: 'Gumbel temperature, end', group: 'Symbols', advanced: true,
    help: 'Softness at the last step, reached on a cosine. 0.3 to 0.5 is good; raise it when the gradient norm explodes.',
  }),
  gumbelNoise: z.number().min(0).max(10).register(field, {
    label: 'Gumbel noise', group: 'Symbols', advanced: true,
    help: 'Factor on the Gumbel noise: 1 samples symbols from their probabilities, 0 always takes the likeliest. 0.5 is good; lower it when short prefixes get worse in training.',
  }),
  sharpenedTemperatureStart: z.number().min(0.01).max(100).register(field, {
    label: 'Sharpened temperature, start', group: 'Symbols', advanced: true,
    help: 'For sharpened: divides the logits before the softmax at the first step. 1 leaves them as they are.',
  }),
  sharpenedTemperatureEnd: z.number().min(0.01).max(100).register(field, {
    label: 'Sharpened temperature, end', group: 'Symbols', advanced: true,
    help: 'For sharpened: the same at the last step, reached on a cosine. 0.1 makes mixtures nearly hard, as they are at the test; raise it when the gradient norm explodes.',
  }),
  codeWidth: z.int().min(1).max(2048).register(field, {
    label: 'Code width', group: 'Symbols', unit: 'channels', advanced: true,
    help: 'For vector without the residual descriptor, whose codes have the width of its channels: length of a code vector. 32 is good; wide codes leave more of them unused.',
  }),
  vectorGradient: z.enum(['straight-through', 'rotation']).register(field, {
    label: 'Vector gradient', group: 'Symbols', advanced: true,
    help: 'For vector: how the gradient passes the choice. straight-through: unchanged, as in VQ-VAE. rotation: turned and scaled as the query must be to become its code, which tells queries of one code apart.',
  }),
  codebookUpdate: z.enum(['average', 'gradient']).register(field, {
    label: 'Codebook update', group: 'Symbols', advanced: true,
    help: 'For vector: how code vectors follow their queries. average: moving means, steadier. gradient: the codebook loss of VQ-VAE through the optimizer.',
  }),
  codebookDecay: z.number().min(0).max(0.99999).register(field, {
    label: 'Codebook decay', group: 'Symbols', advanced: true,
    help: 'For vector: how slowly the moving means of codes and of their use follow. At 0.97 a code that nothing takes is revived after 76 steps, at 0.99 after 230; raise it for thousands of symbols, each of which is taken rarely. At 0.999 and a learning rate of 0.001 the codes fell behind their queries.',
  }),
  commitmentWeight: z.number().min(0).max(100).register(field, {
    label: 'Commitment weight', group: 'Symbols', advanced: true,
    help: 'For vector: β, weight of the loss that keeps queries near their codes. 0.25 as in VQ-VAE; raise it when the loss of a run grows without end.',
  }),
  codebookStart: z.enum(['k-means', 'random']).register(field, {
    label: 'Codebook start', group: 'Symbols', advanced: true,
    help: 'What code vectors start from, where there are any: k-means of their queries, so that each is in use, or random numbers, as in VQ-VAE.',
  }),
  codeRevival: z.number().min(0).max(1).register(field, {
    label: 'Code revival', group: 'Symbols', advanced: true,
    help: 'For vector: a code used less than this share of an even use is moved to a random query of the batch. 0.1 keeps nearly all in use; 0 never moves one, as in the paper.',
  }),

  channels: z.int().min(0).max(8192).register(field, {
    label: 'Channels', group: 'Descriptor', unit: 'channels',
    help: 'How many directions of the teacher\'s feature the student sees. 0: the feature as it is, for the paper. Above: each direction is divided by how much it changes between views of one image, and those are kept that then differ most between images. 32 suit 128 to 512 symbols.',
  }),
  mapSteps: z.int().min(0).max(100_000).register(field, {
    label: 'Neighbour map steps', group: 'Descriptor', unit: 'steps',
    help: 'Steps, before the first symbol is learned, that train a small network from the feature to the channels, so that in them every image keeps the neighbours that its views have in common. 0: the channels are a linear map. 400 are good and take half a minute. Without effect when channels is 0.',
  }),
  mapHidden: z.int().min(8).max(8192).register(field, {
    label: 'Neighbour map width', group: 'Descriptor', unit: 'channels', advanced: true,
    help: 'Hidden width of that network, and of the readout. 512 is good for features of 256 to 768 numbers.',
  }),
  readoutSteps: z.int().min(0).max(100_000).register(field, {
    label: 'Readout steps', group: 'Interpreter', unit: 'steps', advanced: true,
    help: 'Steps, before the first of the training, that train a small network to read from the embedding of a description what it says of all directions in which images differ, not of the channels alone. It fills the rest of the embedding: a linear probe gains three to four points, k-NN nothing. 0: the rest is zeros. Only with a neighbour map and the residual descriptor, started from k-means.',
  }),
  descriptor: z.enum(['residual', 'autoregressive', 'parallel']).register(field, {
    label: 'Descriptor', group: 'Descriptor',
    help: 'autoregressive: the paper\'s transformer decoder. parallel: the same, but all symbols at once, to see what writing them in order does. residual: it also sees what the symbols so far leave over of the feature and starts from residual k-means, so every symbol is in use from the first step. Take residual unless you reproduce the paper.',
  }),
  trainCodes: z.boolean().register(field, {
    label: 'Train the codes', group: 'Descriptor', advanced: true,
    help: 'For the residual descriptor: whether its codes learn by gradient. Off: they stay where k-means put them and only the transformers learn; Adam moves a rarely chosen code by noise as far as by what it learns. Moving means of vector are another thing: see codebook decay.',
  }),
  width: z.int().min(8).max(2048).register(field, {
    label: 'Width', group: 'Descriptor', unit: 'channels',
    help: 'D, width of both transformers; divisible by both numbers of heads. 128 for a CPU, 384 for a GPU.',
  }),
  descriptorLayers: z.int().min(1).max(48).register(field, {
    label: 'Descriptor layers', group: 'Descriptor', unit: 'layers',
    help: 'Transformer decoder layers that write the symbols. The paper has 6; 2 are enough for small.',
  }),
  descriptorHeads: z.int().min(1).max(64).register(field, {
    label: 'Descriptor heads', group: 'Descriptor', unit: 'heads',
    help: 'Attention heads of the descriptor; must divide the width. The paper has 8.',
  }),
  memoryTokens: z.int().min(1).max(64).register(field, {
    label: 'Memory tokens', group: 'Descriptor', unit: 'tokens', advanced: true,
    help: 'Into how many tokens the feature is split for the descriptor\'s cross-attention. 4 is good; 1 makes the attention a plain sum.',
  }),
  featureTokens: z.int().min(0).max(64).register(field, {
    label: 'Feature tokens', group: 'Descriptor', unit: 'tokens', advanced: true,
    help: 'Tokens of the teacher, such as a vision transformer\'s patches, that the descriptor looks at in place of memory tokens: 1, 4, 9, 16, 25, 36, 49 or 64, its own grid averaged to that size. 0: the one vector alone. The features of a collection are computed once more for each number, and take up to this many times the room on the disk.',
  }),

  interpreterLayers: z.int().min(1).max(48).register(field, {
    label: 'Interpreter layers', group: 'Interpreter', unit: 'layers',
    help: 'Transformer layers that read the symbols. The paper has 12; 3 are enough for small.',
  }),
  interpreterHeads: z.int().min(1).max(64).register(field, {
    label: 'Interpreter heads', group: 'Interpreter', unit: 'heads',
    help: 'Attention heads of the interpreter; must divide the width. The paper has 6.',
  }),
  interpreterAttention: z.enum(['causal', 'bidirectional']).register(field, {
    label: 'Interpreter attention', group: 'Interpreter', advanced: true,
    help: 'causal: a symbol looks at those before it, so one pass reads every prefix. bidirectional: all symbols of a prefix look at each other, one pass for each prefix, about four times the work at 8 symbols.',
  }),

  projectorOutputs: z.int().min(2).max(131_072).register(field, {
    label: 'Projector outputs', group: 'Projector', unit: 'outputs',
    help: 'P, classes that the student learns to agree on with the teacher. The paper has 8192; 2048 costs a quarter.',
  }),
  projectorHidden: z.int().min(8).max(8192).register(field, {
    label: 'Projector hidden width', group: 'Projector', unit: 'channels', advanced: true,
    help: 'Width of the two hidden layers of the projector. DINO has 2048; 512 is enough for small.',
  }),
  projectorBottleneck: z.int().min(4).max(4096).register(field, {
    label: 'Projector bottleneck', group: 'Projector', unit: 'channels', advanced: true,
    help: 'Width before the projector\'s last layer. DINO has 256; lower makes the outputs coarser.',
  }),
  teacherMomentum: share().register(field, {
    label: 'Teacher momentum', group: 'Projector', advanced: true,
    help: 'How slowly the teacher\'s projector follows the student\'s, rising to 1 on a cosine. 0.996 as in DINO; raise it when the teacher entropy jumps.',
  }),

  projectionWeight: z.number().min(0).max(100).register(field, {
    label: 'Projection weight', group: 'Loss', advanced: true,
    help: 'Weight of the paper\'s loss, the cross-entropy between the teacher\'s and the student\'s projections. 1 is the paper, 0.1 leaves the lead to alignment; lower it when k-NN falls while the loss does.',
  }),
  alignmentWeight: z.number().min(0).max(100).register(field, {
    label: 'Alignment weight', group: 'Loss',
    help: 'Weight of 1 − cos(z_s, z_t). The paper has none (0); 1 holds the embedding close to the teacher\'s feature and raises k-NN.',
  }),
  crossView: z.boolean().register(field, {
    label: 'Cross-view targets', group: 'Loss',
    help: 'A view learns from the teacher\'s other views, as in DINO, so that the symbols ignore what augmentation changes. Off: from the same view, as in the paper. Needs 2 views or more.',
  }),
  prefixWeight: z.number().min(0.01).max(10).register(field, {
    label: 'Prefix weight', group: 'Loss',
    help: 'λ: the loss after j symbols weighs λ^j, divided by the sum. 1 weighs every prefix alike; more than 1 favours long prefixes, less favours short ones.',
  }),
  prefixLoss: z.boolean().register(field, {
    label: 'Prefix loss', group: 'Loss',
    help: 'Trains every prefix, as in the paper. Off: the full description alone, to see what the prefix loss does.',
  }),
  diversityWeight: z.number().min(0).max(100).register(field, {
    label: 'Diversity weight', group: 'Loss', advanced: true,
    help: 'Weight of ln K less the entropy of the mean symbol distribution at each position. 0 for the paper; raise it when perplexity falls far below the vocabulary.',
  }),
  imitationWeight: z.number().min(0).max(100).register(field, {
    label: 'Imitation weight', group: 'Loss', advanced: true,
    help: 'Weight at the first step of the cross-entropy with the residual k-means codes of the feature, falling to 0 over the imitation steps. 1 is good; without effect when there are no imitation steps.',
  }),
  imitationSteps: z.int().min(0).max(10_000_000).register(field, {
    label: 'Imitation steps', group: 'Loss', unit: 'steps', advanced: true,
    help: 'Steps at the start in which the symbols also imitate residual k-means codes, which brings all of them into use. 0 for the paper; 600 help descriptors other than residual, which starts there by itself.',
  }),
  studentTemperature: z.number().min(0.01).max(10).register(field, {
    label: 'Student temperature', group: 'Loss', advanced: true,
    help: 'Softmax temperature of the student\'s projection. 0.1 as in DINO.',
  }),
  teacherTemperatureStart: z.number().min(0.005).max(10).register(field, {
    label: 'Teacher temperature, start', group: 'Loss', advanced: true,
    help: 'Softmax temperature of the teacher\'s projection at the first step. 0.04 as in DINO; lower it when the loss does not fall.',
  }),
  teacherTemperature: z.number().min(0.005).max(10).register(field, {
    label: 'Teacher temperature', group: 'Loss', advanced: true,
    help: 'The same after the warm-up. 0.07 as in DINO; lower it when the teacher entropy stays near its maximum, ln P.',
  }),
  teacherTemperatureWarmup: z.int().min(0).max(10_000_000).register(field, {
    label: 'Teacher temperature warm-up', group: 'Loss', unit: 'steps', advanced: true,
    help: 'Steps over which the teacher temperature rises linearly. A tenth of all steps is good.',
  }),
  centreMomentum: share().register(field, {
    label: 'Centre momentum', group: 'Loss', advanced: true,
    help: 'How slowly the mean of the teacher\'s outputs moves that is subtracted from them (centring). 0.9 as in DINO; raise it when batches are small.',
  }),

  learningRate: z.number().min(0).max(1).register(field, {
    label: 'Learning rate', group: 'Optimizer',
    help: 'Of AdamW, after the warm-up; falls to a hundredth on a cosine. 0.0003 keeps what the residual descriptor starts with; at 0.001 its vector quantizer lost the first symbols. Lower it when the loss jumps.',
  }),
  warmup: z.int().min(0).max(1_000_000).register(field, {
    label: 'Warm-up', group: 'Optimizer', unit: 'steps',
    help: 'Steps over which the learning rate rises linearly. 100 is good; raise it when the first steps spoil the start.',
  }),
  weightDecay: share().register(field, {
    label: 'Weight decay', group: 'Optimizer', advanced: true,
    help: 'Pull of the weight matrices toward zero, decoupled as in AdamW. 0.01 is good; codes, biases and positions have none.',
  }),
  gradientClip: z.number().min(0).max(1000).register(field, {
    label: 'Gradient clip', group: 'Optimizer', advanced: true,
    help: 'Longest gradient over all weights; a longer one is scaled down. 1 is good, 0 never clips.',
  }),

  evaluateEvery: z.int().min(0).max(1_000_000).register(field, {
    label: 'Evaluate every', group: 'Watching', unit: 'steps',
    help: 'Steps between k-NN measurements on held-out images; 0 for none. Each costs about as much as ten steps.',
  }),
  heldOut: z.int().min(0).max(100_000).register(field, {
    label: 'Held-out sample', group: 'Watching', unit: 'images', advanced: true,
    help: 'Images that the measurement classifies, against four times as many that vote. 1,000 gives about one and a half points of error.',
  }),
  patience: z.int().min(0).max(10_000_000).register(field, {
    label: 'Patience', group: 'Watching', unit: 'steps', advanced: true,
    help: 'Steps without a better loss or k-NN after which a run is found to make no progress, as long as as many are still to come. A tenth to a fifth of a long run is good; 0 never tells.',
  }),
  onCollapse: z.enum(['warn', 'stop']).register(field, {
    label: 'On collapse', group: 'Watching',
    help: 'What an alarm does: warn tells its cause and goes on; stop also ends the run with a checkpoint, which saves time in a sweep.',
  }),
  collapseShare: share().register(field, {
    label: 'Collapse share', group: 'Watching', advanced: true,
    help: 'A position has collapsed when its perplexity is below this share of the vocabulary. 0.1 is good; lower it when your images are all alike, 0 never raises that alarm.',
  }),
});
export type TrainingConfig = z.infer<typeof trainingConfig>;
