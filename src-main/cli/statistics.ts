import type { LanguageStatistics } from '../contract/language';
import type { Command } from './command';
import { withEngine } from './engine-connection';
import { measured, namedRunAndCollection } from './measured';
import { count, percent, table } from './wording';

export const statisticsCommand: Command = {
  name: 'statistics',
  summary: "Measure a run's descriptions as a language: entropies, Zipf curves, what prefixes say of the label, topographic similarity, posdis and bosdis.",
  options: {
    run: { value: 'RUN', required: true, help: 'The run.' },
    collection: { value: 'NAME', required: true, help: 'The collection; labels are used where there are some.' },
  },
  notes: ['All entropies in bits. Formulas and sources: docs/language.md. --json has the Zipf curves as well.'],

  async run(invocation) {
    const { out } = invocation;
    return withEngine(invocation, async (client) => {
      const { both } = await namedRunAndCollection(client, invocation);
      const document = await measured(client, invocation, 'The statistics', () => client.runs.measureStatistics(both), () => client.runs.statistics(both));
      out.result(document, report(document));
      return true;
    });
  },
};

const bits = (value: number | null | undefined): string => (value === null || value === undefined ? '–' : value.toFixed(2));

/** Three tables (positions, prefixes, word frequencies) and the figures of the whole. */
export function report(s: LanguageStatistics): string {
  const topsim = s.topographicSimilarity;
  return [
    `${s.run} at step ${count(s.step)} on ${s.collection}: ${count(s.images)} descriptions of ${s.length} symbols of ${s.vocabulary}. ${s.protocol}`,
    '',
    table(
      ['position', 'entropy', 'in use', 'perplexity', 'given previous', 'coded', 'given prefix', 'coded'],
      s.positions.map((p) => [String(p.position), bits(p.entropy), percent(p.usage), p.perplexity.toFixed(1), bits(p.givenPrevious?.plugIn), bits(p.givenPrevious?.coded), bits(p.givenPrefix?.plugIn), bits(p.givenPrefix?.coded)]),
    ),
    '',
    table(
      ['prefix', 'different', 'alone', 'entropy', 'of the label', 'chance', 'decoded', 'Zipf exponent'],
      s.prefixes.map((p) => [String(p.length), count(p.distinct), percent(p.alone), bits(p.entropy), bits(p.label?.plugIn), bits(p.label?.chance), bits(p.label?.decoded), bits(s.frequencies.find(({ length }) => length === p.length)?.exponent)]),
    ),
    '',
    ...(s.labelEntropy === null ? [] : [`Entropy of the labels: ${bits(s.labelEntropy)} bits.`]),
    `Zipf exponent of single symbols: ${bits(s.frequencies.find(({ length }) => length === null)?.exponent)}.`,
    topsim ? `Topographic similarity: ${topsim.mean.toFixed(3)}${topsim.deviation === null ? '' : ` ± ${topsim.deviation.toFixed(3)}`} (${topsim.samples} of ${count(topsim.images)} images).` : 'Topographic similarity: not defined for these descriptions.',
    `posdis ${s.positionalDisentanglement?.toFixed(4) ?? '–'}, bosdis ${s.bagOfSymbolsDisentanglement?.toFixed(4) ?? '–'}.`,
  ].join('\n');
}
