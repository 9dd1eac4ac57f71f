import { Compute } from '../engine/compute';
import { examine } from '../engine/doctor';
import { findLocations } from '../engine/locations';
import type { DoctorReport } from '../contract/system';
import { backendTable, mark } from './backend-table';
import type { Command } from './command';
import { table } from './wording';

export const doctorCommand: Command = {
  name: 'doctor',
  summary: 'Show what is here (Node, Electron, display, GPU, compute backends with their speed) and what to do about what is missing.',
  options: {},

  async run({ library, out, signal }) {
    out.progress('measuring', 'Checking and measuring the compute backends; this takes half a minute.');
    const { root, version, node, entries } = findLocations();
    const compute = new Compute({ node, entry: entries.backend });
    const report = await examine({ root, library, node, version, compute, signal });
    out.result(report, asText(report));
    return true;
  },
};

function asText({ version, cores, checks, backends, chosenBackend, backendReason }: DoctorReport): string {
  const lines = [`Glyphscope ${version}, ${cores} cores`, '', table(['', 'what', 'found'], checks.map((c) => [mark(c.ok), c.name, c.found])), ''];
  lines.push(backendTable(backends), '', `Describing and training use ${chosenBackend}: ${backendReason}`);
  const remedies = [...checks, ...backends.map(({ name, remedy }) => ({ name, remedy }))].filter((c) => c.remedy !== null).map((c) => `  ${c.name}: ${c.remedy}`);
  if (remedies.length > 0) lines.push('', 'What to do:', ...remedies);
  return lines.join('\n');
}
