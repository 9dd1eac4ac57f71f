import type { Evaluation } from '../../contract/evaluation';
import { runFolderFiles, type RunFolder } from '../../contract/run-folder';
import type { TrainingConfig } from '../../contract/config';

export interface ModelCard {
  facts: Omit<RunFolder, 'format' | 'version' | 'files'>;
  config: TrainingConfig;
  evaluations: readonly Evaluation[];
  /** "the square in the middle, bicubic to 32 × 32". */
  preprocessing: string;
  /** Side of the teacher's input in pixels. */
  inputSize: number;
  /** N tokens that the descriptor looks at, 0 for none. */
  tokens: number;
  /** Files that the folder has. */
  files: readonly string[];
}

/** The package that the example for JavaScript uses. */
const javascriptRuntime = 'onnxruntime-node';

const percent = (share: number) => `${(100 * share).toFixed(1)}%`;

/** README.md of an exported run. */
export function modelCard({ facts, config, evaluations, preprocessing, inputSize, tokens, files }: ModelCard): string {
  const { length: L, vocabulary: K } = config;
  const { teacher, featureWidth: Z, tokenWidth: T } = facts;
  const written = new Date(facts.createdAt).toISOString().slice(0, 10);
  const listed = Object.entries(runFolderFiles).filter(([name]) => files.includes(name)).map(([name, about]) => `| ${name} | ${about} |`);
  return `# ${facts.name}

Describes an image with ${L} symbols out of ${K}, coarse to fine: every prefix of a description is a description. Learned without
labels by Glyphscope ${facts.program}, by self-distillation from a frozen image encoder, the teacher. [config.json](config.json) has every
setting.

| | |
|---|---|
| variant | ${facts.variant}: ${quantizers[config.quantizer]}, ${config.descriptor} descriptor, ${config.interpreterAttention} interpreter |
| trained on | ${escaped(facts.collection)}, to step ${facts.step.toLocaleString('en')} |
| begun | ${written}${facts.backend ? `, ${escaped(facts.backend)}` : ''} |
| teacher | ${teacher.name} (${teacher.id})${teacher.description ? `: ${escaped(teacher.description)}` : ''} |
| its feature | ${Z} numbers${tokens > 0 ? `, and ${tokens} tokens of ${T}` : ''}; its input: ${preprocessing} |
| k-NN while training | ${facts.knnTop1 === null ? 'not measured' : `${percent(facts.knnTop1)} top-1 on held-out images, full descriptions`} |

## Figures
${evaluations.length === 0 ? '\nNo evaluation was stored when this folder was written.\n' : `${evaluations.map(figures).join('\n')}\nFigures are for these images and this split, and say little of others.\n`}
What the symbols mean is for you to find out: no person
named them unless symbols.json says so.

## Use

\`\`\`sh
pip install numpy pillow onnxruntime
python describe.py picture.jpg${teacher.included ? '' : ' --teacher path/to/the/teacher.onnx'}
\`\`\`
${teacher.included ? '' : `\nThe teacher's own model is not in this folder, because its licence may not allow passing it on: bring ${teacher.name} yourself.\ndescribe.py compares its SHA-256 with the one in preprocessing.json.\n`}
Of an image whose shorter side has more than ${4 * inputSize} pixels Glyphscope decodes a smaller one first, with another resampling: there
a symbol can differ from describe.py's.

Any runtime of ONNX (opset 17) gives the same symbols:

- \`descriptor.onnx\`: \`features\` float32 [N, ${Z}]${tokens > 0 ? ` and \`tokens\` float32 [N, ${tokens}, ${T}]` : ''}, as the teacher gives them → \`symbols\` int64 [N, ${L}],
  \`probabilities\` float32 [N, ${L}, ${K}] of all symbols given those before.
- \`interpreter.onnx\`: \`symbols\` int64 [N, ${L}] → \`embeddings\` float32 [N, ${L}, ${Z}], after each prefix. What stands behind a
  prefix does not change its embedding: fill shorter descriptions up with zeros.

\`\`\`js
import { InferenceSession, Tensor } from '${javascriptRuntime}';
const descriptor = await InferenceSession.create('descriptor.onnx');
const { symbols } = await descriptor.run({ features: new Tensor('float32', features, [n, ${Z}])${tokens > 0 ? `, tokens: new Tensor('float32', tokens, [n, ${tokens}, ${T}])` : ''} });
\`\`\`

Glyphscope itself: \`glyphscope import-run FOLDER\`, or Training, Import a run.

## Files

| file | what it is |
|---|---|
${listed.join('\n')}
${teacher.included ? '| teacher/ | the teacher as ONNX, with teacher.json |\n' : ''}| manifest.json | what is said above, and the SHA-256 of every file |

The weights may be used as the images and the teacher that they were learned from allow.
`;
}

const quantizers: Record<TrainingConfig['quantizer'], string> = { gumbel: 'Gumbel softmax', vector: 'vector quantizer', sharpened: 'sharpened softmax' };

/** Text of others in a table of Markdown. */
const escaped = (text: string) => text.replace(/[\r\n]+/g, ' ').replace(/([|<>[\]`*_\\])/g, '\\$1');

/** k-NN and the linear probe by symbols read, beside the teacher's own. */
function figures({ collection, student, teacher, trainImages, testImages, protocol }: Evaluation): string {
  const rows = Object.entries(student.prefix)
    .filter(([, at]) => at.linear !== null)
    .map(([symbols, at]) => `| ${symbols} | ${percent(at.knn.top1)} | ${percent(at.linear!.top1)} |`);
  return `
On ${escaped(collection)}, ${trainImages.toLocaleString('en')} images to learn from and ${testImages.toLocaleString('en')} to classify:

| symbols read | k-NN top-1 | linear probe top-1 |
|---|---|---|
${rows.join('\n')}
| the teacher | ${percent(teacher.knn.top1)} | ${percent(teacher.linear.top1)} |

${escaped(protocol)}
`;
}
