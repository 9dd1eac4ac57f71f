#!/usr/bin/env node
// Makes the table of all variants from what run.mjs wrote, and says of every criterion whether it is met.
//
//   node_modules/.bin/node bench/sweep/check.mjs [--results bench/sweep/results] [--readme]
//
// With --readme the table goes between <!-- sweep --> and <!-- /sweep --> of README.md. Ends with 1 when a criterion is
// not met or cannot be judged.
import path from 'node:path';
import { parseArgs } from 'node:util';
import { defaultResults, readSweep, replaceSection, root, tableFunctions } from './results.mjs';

const { values } = parseArgs({ options: { results: { type: 'string', default: defaultResults }, readme: { type: 'boolean', default: false } } });
const [nine, small, seeds, alone] = ['nine', 'small', 'seeds', 'alone'].map((part) => readSweep(values.results, part));
if (!nine) throw new Error(`There is no sweep in ${path.join(values.results, 'nine')}: run bench/sweep/run.mjs first.`);
const { sweepTable, tableMarkdown, publishedFigures } = await tableFunctions();

const all = [...nine.variants, ...(small?.variants ?? [])];
const worst = ['VQ 256', 'SS 256'];
const seeded = [...nine.variants.filter(({ variant }) => worst.includes(variant)), ...(seeds?.variants ?? [])];
const knn = ({ evaluation }) => evaluation.student.knn.top1;
const percent = (share) => `${(100 * share).toFixed(1)} %`;
const minutes = (seconds) => `${(seconds / 60).toFixed(1)} min`;
const lowest = (list, value) => list.reduce((a, b) => (value(b) < value(a) ? b : a));
const chance = 0.1; // CIFAR-10 has ten classes of one size

const rows = [];
/** One criterion. `of`: the variants it is about, all of which must be done; `judge`: [met, found]. */
function criterion(name, of, atLeast, judge, duty = true) {
  const missing = of.filter(({ evaluation }) => !evaluation);
  if (of.length < atLeast || missing.length > 0) rows.push({ name, met: false, duty, found: `not judged: ${of.length - missing.length} of ${Math.max(atLeast, of.length)} variants are done${missing.length > 0 ? `, without ${missing.map(({ label }) => label).join(', ')}` : ''}` });
  else {
    const [met, found] = judge();
    rows.push({ name, met, found, duty });
  }
}

for (const [what, list, atLeast] of [['nine', nine.variants, 9], ['smaller', small?.variants ?? [], 6], ['VQ 256 and SS 256, three seeds each', seeded, 6]]) {
  const used = list.filter(({ config }) => config && config.vocabulary <= 256);
  criterion(`no collapse, ${what}: no alarm stands at the end`, list, atLeast, () => {
    const alarmed = list.filter(({ alarms }) => alarms.length > 0);
    return [alarmed.length === 0, alarmed.length === 0 ? 'none' : alarmed.map(({ label, alarms }) => `${label}: ${alarms.join('; ')}`).join(' ')];
  });
  criterion(`no collapse, ${what}: usage at least 80 % for K ≤ 256, at every position`, used, 1, () => {
    const least = lowest(used, ({ usage }) => Math.min(...usage));
    return [Math.min(...least.usage) >= 0.8, `lowest ${percent(Math.min(...least.usage))} (${least.label}, mean over its positions ${percent(least.usage.reduce((a, b) => a + b) / least.usage.length)})`];
  });
  criterion(`no collapse, ${what}: k-NN at least 3 times chance`, list, atLeast, () => {
    const least = lowest(list, knn);
    return [knn(least) >= 3 * chance, `lowest ${percent(knn(least))} (${least.label})`];
  });
}
const best = () => lowest(nine.variants, (one) => -knn(one));
const linearRetention = ({ evaluation: { student, teacher } }) => student.linear.top1 / teacher.linear.top1;
criterion('best variant: k-NN retention at least 0.97', nine.variants, 9, () => [best().evaluation.retention >= 0.97, `${best().evaluation.retention.toFixed(3)} (${best().label})`]);
criterion('best variant: linear retention at least 0.97', nine.variants, 9, () => {
  const top = lowest(nine.variants, (one) => -linearRetention(one));
  return [linearRetention(top) >= 0.97, `${linearRetention(top).toFixed(3)} (${top.label})`];
});
criterion('best variant above residual k-means of its K after 1, 2, 4 and 8 symbols', nine.variants, 9, () => {
  const { student, residualKMeans } = best().evaluation;
  const at = ['1', '2', '4', '8'].flatMap((length) => (student.prefix[length] ? [{ length, gain: student.prefix[length].knn.top1 - residualKMeans.prefix[length].knn.top1 }] : []));
  return [at.length === 4 && at.every(({ gain }) => gain > 0), `${best().label}: ${at.map(({ length, gain }) => `${length}: ${gain < 0 ? '−' : '+'}${Math.abs(100 * gain).toFixed(1)}`).join(', ')} points`];
});
criterion('worst of the nine: k-NN retention at least 0.90', nine.variants, 9, () => {
  const least = lowest(nine.variants, ({ evaluation }) => evaluation.retention);
  return [least.evaluation.retention >= 0.9, `${least.evaluation.retention.toFixed(3)} (${least.label})`];
});
criterion('worst of the nine: linear retention at least 0.90', nine.variants, 9, () => {
  const least = lowest(nine.variants, linearRetention);
  return [linearRetention(least) >= 0.9, `${linearRetention(least).toFixed(3)} (${least.label})`];
});
criterion('prefix accuracy rises at every added symbol, all of the nine', nine.variants, 9, () => {
  const falls = nine.variants.flatMap(({ label, evaluation: { student } }) => {
    const lengths = Object.keys(student.prefix).map(Number).sort((a, b) => a - b);
    return lengths.slice(1).flatMap((length, i) => {
      const rise = student.prefix[length].knn.top1 - student.prefix[lengths[i]].knn.top1;
      return rise > 0 ? [] : [`${label} symbol ${length} ${(100 * rise).toFixed(2)}`];
    });
  });
  return [falls.length === 0, falls.length === 0 ? 'at every one' : `not at ${falls.join(', ')}`];
});
criterion("every one of the nine above the paper's figure, k-NN top-1", nine.variants, 9, () => {
  const least = lowest(nine.variants, (one) => knn(one) - publishedFigures(one.variant).knnTop1);
  return [knn(least) > publishedFigures(least.variant).knnTop1, `smallest gain ${(100 * (knn(least) - publishedFigures(least.variant).knnTop1)).toFixed(1)} points (${least.label})`];
});
criterion('one whole small run (train, describe, evaluate) under 20 minutes, alone on the machine', alone?.variants ?? [], 1, () => [alone.seconds < 1200 && alone.variants[0].config.preset === 'small', `${minutes(alone.seconds)} on ${alone.cores} cores (${alone.variants[0].label}, ${alone.variants[0].config.preset}, k-NN retention ${alone.variants[0].evaluation.retention.toFixed(3)})`]);
criterion('the nine-variant sweep under 3 hours', nine.variants, 9, () => [nine.seconds < 3 * 3600, `${minutes(nine.seconds)}, ${nine.parallel} runs at a time on ${nine.cores} cores`]);
criterion('past the teacher: a variant with k-NN retention above 1.0 (a try, not a duty)', all, 9, () => {
  const top = lowest(all, ({ evaluation }) => -evaluation.retention);
  return [top.evaluation.retention > 1, `${top.evaluation.retention.toFixed(3)} (${top.label})`];
}, false);

const whole = sweepTable({ ...nine, variants: all });
const table = tableMarkdown(whole);
/** What fits a page; bench/sweep/results has the rest. */
const brief = ['label', 'prefix1', 'prefix2', 'prefix4', 'prefix8', 'retention', 'linearTop1', 'linearRetention', 'lowestUsage', 'seconds', 'paperKnnTop1'];
if (values.readme) replaceSection(path.join(root, 'README.md'), 'sweep', tableMarkdown({ ...whole, columns: brief.map((key) => whole.columns.find((column) => column.key === key)).filter(Boolean) }).trimEnd());
const others = seeds ? `\nMore seeds:\n\n${tableMarkdown(sweepTable({ ...seeds, variants: seeds.variants }))}` : '';
console.log(`${table}${others}\n| criterion | | found |\n|---|---|---|\n${rows.map(({ name, met, found }) => `| ${name} | ${met ? 'met' : '**not met**'} | ${found.replaceAll('|', '\\|')} |`).join('\n')}`);
process.exitCode = rows.every(({ met, duty }) => met || !duty) ? 0 : 1;
