import { choiceFields, quoted } from '../../src-main/contract/query';
import { queryFields, type QueryFieldName } from '../../src-main/contract/query-parser';

export interface CountedWord {
  name: string;
  count: number | null;
}

/** What can stand in a query about the collection that is shown. */
export interface QueryWords {
  labels: readonly CountedWord[];
  tags: readonly CountedWord[];
  splits: readonly CountedWord[];
  /** Names that the user gave to symbols. */
  symbolNames: readonly { name: string; symbol: number; position: number | null }[];
}

export interface Completion {
  /** What is written in place of what was typed. */
  text: string;
  /** What the list shows. */
  shown: string;
  /** What it means, or how many images have it. */
  detail: string;
  /** What is compared with what was typed, in lower case. */
  match: string;
}

export interface Completions {
  /** The part of the text that a completion replaces. */
  from: number;
  to: number;
  options: readonly Completion[];
  /** Further ones that fit, which typing on brings. */
  more: number;
}

const fieldHelp: Record<QueryFieldName, string> = {
  label: 'label:cat,dog',
  tag: 'tag:"to check"',
  split: 'split:test',
  has: 'symbol anywhere: has:45, has:45@3',
  name: 'whole file name: name:foo*',
  format: 'format:png',
  width: 'pixels: width>64',
  height: 'pixels: height<=32',
  bytes: 'file size: bytes>10k',
  described: 'described:no',
  excluded: 'excluded:yes, any',
};
const compared: readonly QueryFieldName[] = ['width', 'height', 'bytes'];
const most = 12;
const fieldTyped = /(?:^|[\s(-])([a-z]+)[:=]((?:(?:"(?:[^"\\]|\\.)*"|[^\s()",]+),)*)("(?:[^"\\]|\\.)*|[^\s()",]*)$/i;
const wordTyped = /(?:^|[\s(-])([^\s()":=<>,-][^\s()":=<>,]*)?$/;

/** What can be written where the cursor stands; null where nothing is offered (within quotation marks of a file name, after numbers). */
export function complete(text: string, cursor: number, words: QueryWords): Completions | null {
  const before = text.slice(0, cursor);
  const after = /^[^\s()",:=<>]*"?/.exec(text.slice(cursor))![0].length;
  const field = fieldTyped.exec(before);
  const quotation = before.replace(/"(?:[^"\\]|\\.)*"/g, (whole) => ' '.repeat(whole.length)).indexOf('"');
  if (quotation >= 0 && quotation !== cursor - (field?.[3].length ?? 0)) return null; // within a file name
  if (field) {
    const typed = field[3];
    const name = field[1].toLowerCase();
    const chosen = field[2].split(',').map((value) => value.replace(/"/g, '').toLowerCase());
    const options = valuesOf(name, words).filter(({ shown }) => !chosen.includes(shown.toLowerCase()));
    return offered(typed.replace(/^"|\\/g, ''), options, cursor - typed.length, cursor + after);
  }
  const word = wordTyped.exec(before);
  if (!word || /^\d+$/.test(word[1] ?? '')) return null;
  const typed = word[1] ?? '';
  const fields = queryFields.map((name) => ({ text: compared.includes(name) ? `${name}>` : `${name}:`, shown: name, detail: fieldHelp[name], match: name }));
  const values = typed === '' ? [] : (['label', 'tag', 'has'] as const).flatMap((name) => valuesOf(name, words).map((one) => ({ ...one, text: `${name}:${one.text}`, shown: `${name}:${one.shown}` })));
  return offered(typed, [...fields, ...values], cursor - typed.length, cursor + after);
}

function valuesOf(field: string, { labels, tags, splits, symbolNames }: QueryWords): Completion[] {
  const counted = (all: readonly CountedWord[]) =>
    all.map(({ name, count }) => ({ text: quoted(name), shown: name, detail: count === null ? '' : `${count.toLocaleString('en')} image${count === 1 ? '' : 's'}`, match: name.toLowerCase() }));
  switch (field) {
    case 'label':
      return counted(labels);
    case 'tag':
      return counted(tags);
    case 'split':
      return counted(splits);
    case 'has':
      return symbolNames.map(({ name, symbol, position }) => ({ text: quoted(name), shown: name, detail: `symbol ${symbol}${position === null ? '' : ` at position ${position}`}`, match: name.toLowerCase() }));
    case 'described':
    case 'excluded':
      return choiceFields[field].map((value) => ({ text: value, shown: value, detail: '', match: value }));
    default:
      return [];
  }
}

/** Those that hold what was typed, first those that begin with it. */
function offered(typed: string, options: readonly Completion[], from: number, to: number): Completions {
  const wanted = typed.toLowerCase();
  const rank = ({ match }: Completion) => (match.startsWith(wanted) ? 0 : match.includes(wanted) ? 1 : 2);
  const fitting = options.filter((one) => rank(one) < 2).sort((a, b) => rank(a) - rank(b));
  return { from, to, options: fitting.slice(0, most), more: Math.max(0, fitting.length - most) };
}
