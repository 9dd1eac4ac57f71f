import { examine } from '../engine/doctor';
import { findLocations } from '../engine/locations';
import type { DoctorReport } from '../contract/system';
import type { Command } from './command';
import { table } from './wording';

export const doctorCommand: Command = {
  name: 'doctor',
  summary: 'Show what is here (Node, Electron, display, GPU, compute backends with their speed) and what to do about what is missing.',
  options: {},

  async run({ library, out, signal }) {
    out.progress('measuring', 'Measuring the compute backends; this takes some seconds.');
    const { root, version, node, entries } = findLocations();
    const report = await examine({ root, version, library, node, entry: entries.cli, signal });
    out.result(report, asText(report));
    return true;
  },
};

function asText({ version, cores, checks, backends, chosenBackend }: DoctorReport): string {
  const mark = (ok: boolean) => (ok ? 'ok' : '--');
  const lines = [`Glyphscope ${version}, ${cores} cores`, '', table(['', 'what', 'found'], checks.map((c) => [mark(c.ok), c.name, c.found])), ''];
  const speeds = backends.map((b) => [mark(b.available), b.name, b.gflops === null ? '–' : b.gflops.toFixed(1), b.detail]);
  lines.push(table(['', 'backend', 'GFLOPS', 'detail'], speeds), '', `Describing and training use: ${chosenBackend}`);
  const remedies = checks.filter((c) => c.remedy !== null).map((c) => `  ${c.name}: ${c.remedy}`);
  if (remedies.length > 0) lines.push('', 'What to do:', ...remedies);
  return lines.join('\n');
}
