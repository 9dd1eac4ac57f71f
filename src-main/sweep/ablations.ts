import { trainingConfig, type TrainingConfig } from '../contract/config';
import { resolveConfig } from '../contract/presets';
import { ablationGroup, type AblationGroup, type SweepVariant } from '../contract/sweeps';

type Ablation = SweepVariant & { group: AblationGroup };

/** The values that a field allows when it is a choice: an ablation takes all of them. */
const choicesOf = (key: 'descriptor' | 'interpreterAttention'): readonly string[] => trainingConfig.shape[key].options;

const some = (group: AblationGroup, label: (value: number) => string, key: keyof TrainingConfig, values: readonly number[]): Ablation[] =>
  values.map((value) => ({ group, label: label(value), change: { [key]: value } }));

/** Every part of the method that can be taken out or made larger or smaller on its own; what to call each. */
const all: readonly Ablation[] = [
  { group: 'loss', label: 'without prefix loss', change: { prefixLoss: false } },
  ...some('loss', (value) => `λ ${value}`, 'prefixWeight', [0.5, 1, 2]),
  { group: 'loss', label: 'without alignment', change: { alignmentWeight: 0 } },
  ...some('loss', (value) => `projection weight ${value}`, 'projectionWeight', [0, 0.1, 1]),
  { group: 'loss', label: 'cross-view targets', change: { crossView: true } },
  { group: 'loss', label: 'without cross-view targets', change: { crossView: false } },
  ...choicesOf('descriptor').map((value): Ablation => ({ group: 'descriptor', label: value === 'parallel' ? 'without autoregression (parallel descriptor)' : `${value} descriptor`, change: { descriptor: value } })),
  { group: 'descriptor', label: 'codes that learn by gradient', change: { trainCodes: true } },
  { group: 'descriptor', label: 'without the neighbour map', change: { mapSteps: 0 } },
  { group: 'descriptor', label: 'without channels', change: { channels: 0 } },
  ...some('interpreter', (value) => `${value} ${value === 1 ? 'layer' : 'layers'}`, 'interpreterLayers', [1, 3, 6]),
  { group: 'interpreter', label: 'without the readout', change: { readoutSteps: 0 } },
  ...choicesOf('interpreterAttention').map((value): Ablation => ({ group: 'interpreter', label: `${value} attention`, change: { interpreterAttention: value } })),
  ...some('projector', (value) => `${value} outputs`, 'projectorOutputs', [512, 2048, 8192]),
  // With one view there are no others to compare it with.
  { group: 'views', label: '1 view, so without cross-view targets and channels', change: { views: 1, crossView: false, channels: 0 } },
  ...some('views', (value) => `${value} views`, 'views', [2, 4]),
  {
    group: 'together',
    label: "the paper's descriptor and loss",
    change: { descriptor: 'autoregressive', channels: 0, crossView: false, alignmentWeight: 0, projectionWeight: 1, gumbelNoise: 1 },
  },
];

/**
 * The settings as they are, then every ablation of the wanted groups that changes something of them.
 * @param settings fields that all share, as given by the user
 * @throws INVALID_INPUT when the settings themselves are refused
 */
export function ablations(settings: Readonly<Record<string, unknown>>, groups: readonly AblationGroup[] = ablationGroup.options): SweepVariant[] {
  const base = resolveConfig({ ...settings });
  const changes = ({ change }: SweepVariant) => Object.entries(change).some(([key, value]) => base[key as keyof TrainingConfig] !== value);
  return [{ group: 'as it is', label: 'as it is', change: {} }, ...all.filter((variant) => groups.includes(variant.group) && changes(variant))];
}
