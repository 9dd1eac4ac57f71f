import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';

/** --images N, --threads N, --repeats N and --archive FILE, which all measurements take. */
export function options(defaults) {
  const { values } = parseArgs({
    options: {
      archive: { type: 'string' },
      images: { type: 'string', default: String(defaults.images) },
      threads: { type: 'string', default: String(Math.min(4, availableParallelism())) },
      repeats: { type: 'string', default: '5' },
    },
  });
  const number = (name) => {
    const value = Number(values[name]);
    if (Number.isInteger(value) && value > 0) return value;
    console.error(`--${name} needs a whole number above 0, not ${values[name]}`);
    process.exit(2);
  };
  return { archive: values.archive ?? null, images: number('images'), threads: number('threads'), repeats: number('repeats') };
}

const median = (numbers) => {
  const sorted = [...numbers].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
};

async function measured(run) {
  const before = process.cpuUsage();
  const { rate, units } = await run();
  const { user, system } = process.cpuUsage(before);
  return { rate, cpu: (user + system) / units };
}

/**
 * Runs two measurements in turn, so that both meet the same load on the machine: peer, ours, peer, ours, … The ratio is the
 * median of each run of ours over the mean of the peer's runs before and after it. A first run of each is not counted.
 * `cpuRatio` is the same from the processor time that each unit took, which other work on the machine disturbs less.
 * @param {{ name: string, unit: string, goal: number | null, cores: number, repeats: number, ours: () => Promise<Measured>, peer: () => Promise<Measured> }} o
 * @typedef {{ rate: number, units: number }} Measured units a second, and units of the whole run
 */
export async function sideBySide(o) {
  await measured(o.peer);
  await measured(o.ours);
  const ours = [];
  const peer = [await measured(o.peer)];
  for (let i = 0; i < o.repeats; i++) {
    ours.push(await measured(o.ours));
    peer.push(await measured(o.peer));
  }
  const compare = (of) => ours.map((run, i) => of(run, (key) => (peer[i][key] + peer[i + 1][key]) / 2));
  const ratios = compare((run, around) => run.rate / around('rate'));
  const cpuRatios = compare((run, around) => around('cpu') / run.cpu);
  const round = (value, digits) => Number(value.toFixed(digits));
  const ratio = round(median(ratios), 3);
  const row = {
    name: o.name,
    ours: round(median(ours.map((run) => run.rate)), 1),
    peer: round(median(peer.map((run) => run.rate)), 1),
    unit: o.unit,
    ratio,
    spread: [round(Math.min(...ratios), 3), round(Math.max(...ratios), 3)],
    cpuRatio: round(median(cpuRatios), 3),
    goal: o.goal,
    met: o.goal === null ? null : ratio >= o.goal,
    cores: o.cores,
    repeats: o.repeats,
  };
  console.log(JSON.stringify(row));
  return row;
}
