import { GlyphscopeError } from './errors';
import {
  choiceFields,
  comparisons,
  numberFields,
  type Comparison,
  type QueryNode,
  type QueryTerm,
  type Span,
  type SymbolAsked,
  type TextPattern,
} from './query';

/** What is wrong with a query, and where. */
export class QueryError extends GlyphscopeError {
  readonly start: number;
  readonly end: number;

  constructor(message: string, { start, end }: Span, remedy?: string) {
    super('INVALID_INPUT', message, { subject: 'query', remedy });
    this.start = start;
    this.end = end;
  }
}

export const queryFields = ['label', 'tag', 'split', 'has', 'name', 'format', 'width', 'height', 'bytes', 'described', 'excluded'] as const;
export type QueryFieldName = (typeof queryFields)[number];
const largestSymbol = 4095;
const longest = 8;
const deepest = 40;
const isOneOf = <T extends string>(known: readonly T[], text: string): text is T => (known as readonly string[]).includes(text);

/**
 * Reads a query:
 *
 *     any     = all { "or" all }
 *     all     = one { [ "and" ] one }
 *     one     = ( "not" | "-" ) one | "(" any ")" | term
 *     term    = field ":" value { "," value } | field ( ">" | "<" | ">=" | "<=" | "=" | "!=" ) number
 *             | ( symbol | "*" ) { symbol | "*" }        from the first position of the description on
 *             | word                                     part of the file name; with "*" as name:word
 *     value   = letters, with "*" for any text, or "text in quotation marks", where \" and \\ stand for " and \
 *
 * @throws QueryError saying what is wrong and from where to where
 */
export function parseQuery(text: string): QueryNode {
  return new Parser(text).whole();
}

/** The query, or what is wrong with it. */
export function tryQuery(text: string): { query: QueryNode; error: null } | { query: null; error: QueryError } {
  try {
    return { query: parseQuery(text), error: null };
  } catch (error) {
    if (error instanceof QueryError) return { query: null, error };
    throw error;
  }
}

class Parser {
  readonly #text: string;
  #at = 0;
  #depth = 0;

  constructor(text: string) {
    this.#text = text;
  }

  whole(): QueryNode {
    this.#space();
    if (this.#at === this.#text.length) return { kind: 'and', parts: [] };
    const node = this.#any();
    if (this.#at < this.#text.length) throw new QueryError('This bracket closes nothing.', this.#here(1), 'Take it away, or open one before it.');
    return node;
  }

  #any(): QueryNode {
    const parts = [this.#all()];
    while (this.#keyword('or')) parts.push(this.#all());
    return parts.length === 1 ? parts[0] : { kind: 'or', parts };
  }

  #all(): QueryNode {
    const parts = [this.#one()];
    while (this.#keyword('and') || this.#more()) parts.push(this.#one());
    return parts.length === 1 ? parts[0] : { kind: 'and', parts };
  }

  #one(): QueryNode {
    if (++this.#depth > deepest) throw new QueryError(`Brackets and "not" stand in one another at most ${deepest} deep.`, this.#here(1));
    try {
      const minus = this.#peek() === '-';
      if (minus) this.#at++;
      if (minus || this.#keyword('not')) {
        if (minus && /[\s)]|^$/.test(this.#peek())) throw new QueryError('"-" needs a term right after it.', { start: this.#at - 1, end: this.#at });
        return { kind: 'not', part: this.#one() };
      }
      if (this.#peek() !== '(') return this.#term();
      const open = this.#here(1);
      this.#at++;
      this.#space();
      const node = this.#any();
      if (this.#peek() !== ')') throw new QueryError('This bracket is not closed.', open, 'Write ")" where it ends.');
      this.#at++;
      this.#space();
      return node;
    } finally {
      this.#depth--;
    }
  }

  #term(): QueryTerm {
    const start = this.#at;
    if (start === this.#text.length) throw new QueryError('A term is missing at the end.', { start, end: start });
    if (this.#peek() === ')') throw new QueryError('A term is missing before this bracket.', this.#here(1));
    if (this.#peek() === '"') return { kind: 'word', text: this.#quoted().toLowerCase(), ...this.#since(start) };
    const field = /^([a-z]+)(:|[<>!]=|[<>=])/i.exec(this.#rest());
    if (field) {
      this.#at += field[0].length;
      return this.#field(field[1].toLowerCase(), field[1], field[2], start);
    }
    if (this.#symbolAhead()) return this.#sequence(start);
    const word = this.#bare(/^[^\s()"]+/);
    if (/^(and|or)$/i.test(word)) throw new QueryError(`A term is missing before "${word}".`, { start, end: start + word.length }, 'To find the word itself, write it in quotation marks.');
    if (word.includes('*')) return { kind: 'text', field: 'name', values: [word.toLowerCase().split(/\*+/)], ...this.#since(start) };
    return { kind: 'word', text: word.toLowerCase(), ...this.#since(start) };
  }

  #field(name: string, written: string, sign: string, start: number): QueryTerm {
    const span = { start, end: start + written.length };
    const signAt = { start: span.end, end: this.#at };
    if (!isOneOf(queryFields, name))
      throw new QueryError(`There is no field "${written}".`, span, `The fields are ${queryFields.join(', ')}. To find it in file names, write it in quotation marks.`);
    if (isOneOf(numberFields, name)) {
      const comparison: Comparison = sign === ':' ? '=' : comparisons.find((one) => one === sign)!;
      return { kind: 'number', field: name, comparison, value: this.#number(written), ...this.#since(start) };
    }
    if (sign !== ':' && sign !== '=') throw new QueryError(`"${written}" is no number: it takes ":" and a value.`, signAt);
    if (name === 'has') return { kind: 'has', symbols: this.#list(() => this.#symbolAsked()), ...this.#since(start) };
    if (name === 'split') return { kind: 'split', values: this.#list(() => this.#choice(written, choiceFields.split)), ...this.#since(start) };
    if (name === 'described') return { kind: 'described', value: this.#choice(written, choiceFields.described) === 'yes', ...this.#since(start) };
    if (name === 'excluded') return { kind: 'excluded', value: this.#choice(written, choiceFields.excluded), ...this.#since(start) };
    return { kind: 'text', field: name, values: this.#list(() => this.#pattern(written)), ...this.#since(start) };
  }

  #list<T>(read: () => T): T[] {
    const values = [read()];
    while (this.#peek() === ',') {
      this.#at++;
      values.push(read());
    }
    return values;
  }

  #pattern(field: string): TextPattern {
    const start = this.#at;
    if (this.#peek() === '"') return [this.#quoted().toLowerCase()];
    const text = this.#bare(/^[^\s()",]+/);
    if (text === '') throw new QueryError(`"${field}" needs a value.`, { start, end: start + 1 }, 'A value with spaces, commas or brackets stands in quotation marks.');
    return text.toLowerCase().split(/\*+/);
  }

  #choice<T extends string>(field: string, known: readonly T[]): T {
    const start = this.#at;
    const text = this.#bare(/^[^\s()",]*/).toLowerCase();
    if (!isOneOf(known, text)) throw new QueryError(`"${field}" is ${known.slice(0, -1).join(', ')} or ${known[known.length - 1]}.`, { start, end: Math.max(this.#at, start + 1) });
    return text;
  }

  #number(field: string): number {
    const start = this.#at;
    const text = this.#bare(/^[^\s()",]*/);
    const found = /^(\d{1,15}(?:\.\d{1,6})?)([kM]?)$/.exec(text);
    if (!found) throw new QueryError(`"${field}" is compared with a number.`, { start, end: Math.max(this.#at, start + 1) }, 'For instance 64, 1.5k or 2M.');
    return Number(found[1]) * { '': 1, k: 1e3, M: 1e6 }[found[2] as '' | 'k' | 'M'];
  }

  #symbolAsked(): SymbolAsked {
    const start = this.#at;
    let symbol: number | TextPattern;
    if (this.#peek() === '"') symbol = [this.#quoted().toLowerCase()];
    else {
      const text = this.#bare(/^[^\s()",@]*/);
      if (text === '') throw new QueryError('"has" needs a symbol: its number or its name.', { start, end: start + 1 }, 'For instance has:45, or has:45@3 for the third position.');
      symbol = /^\d+$/.test(text) ? symbolOf(text, { start, end: this.#at }) : text.toLowerCase().split(/\*+/);
    }
    if (this.#peek() !== '@') return { symbol, position: null };
    const at = this.#at++;
    const place = this.#bare(/^[^\s()",]*/);
    if (!/^[1-8]$/.test(place)) throw new QueryError(`A position is a number from 1 to ${longest}.`, { start: at, end: Math.max(this.#at, at + 1) });
    return { symbol, position: Number(place) };
  }

  #symbolAhead(): boolean {
    return /^(\d+|\*)(?=[\s()"]|$)/.test(this.#rest());
  }

  #sequence(start: number): QueryTerm {
    const symbols: (number | null)[] = [];
    let end = start;
    while (this.#symbolAhead()) {
      const at = this.#at;
      const text = this.#bare(/^(\d+|\*)/);
      end = this.#at;
      if (symbols.length === longest) throw new QueryError(`A description has at most ${longest} symbols.`, { start: at, end });
      symbols.push(text === '*' ? null : symbolOf(text, { start: at, end }));
      this.#space();
    }
    return { kind: 'sequence', symbols, at: { start, end } };
  }

  /** The text between quotation marks. */
  #quoted(): string {
    const start = this.#at;
    const found = /^"((?:[^"\\]|\\["\\])*)"/.exec(this.#rest());
    if (!found) {
      const wrong = /^"(?:[^"\\]|\\["\\])*\\(?=.)/s.exec(this.#rest());
      if (wrong) throw new QueryError('After a backslash stands a quotation mark or a backslash.', { start: start + wrong[0].length - 1, end: start + wrong[0].length + 1 });
      throw new QueryError('This quotation mark has no second one.', { start, end: start + 1 }, 'Close it. A quotation mark inside is written \\".');
    }
    this.#at += found[0].length;
    if (found[1] === '') throw new QueryError('There is nothing between these quotation marks.', { start, end: this.#at });
    return found[1].replace(/\\(["\\])/g, '$1');
  }

  #bare(shape: RegExp): string {
    const found = shape.exec(this.#rest())?.[0] ?? '';
    this.#at += found.length;
    return found;
  }

  /** Takes a keyword that stands here; it does not stand here when it is the beginning of a longer word. */
  #keyword(word: string): boolean {
    const found = new RegExp(`^${word}(?=[\\s()"]|$)`, 'i').exec(this.#rest());
    if (!found) return false;
    const start = this.#at;
    this.#at += word.length;
    this.#space();
    if (this.#at === this.#text.length) throw new QueryError(`A term is missing after "${found[0]}".`, { start, end: start + word.length }, 'To find the word itself, write it in quotation marks.');
    return true;
  }

  #more(): boolean {
    return this.#at < this.#text.length && this.#peek() !== ')' && !/^or(?=[\s()"]|$)/i.test(this.#rest());
  }

  #since(start: number): { at: Span } {
    const at = { start, end: this.#at };
    this.#space();
    return { at };
  }

  #here(length: number): Span {
    return { start: this.#at, end: Math.min(this.#text.length, this.#at + length) };
  }
  #rest(): string {
    return this.#text.slice(this.#at);
  }
  #peek(): string {
    return this.#text.charAt(this.#at);
  }
  #space(): void {
    this.#at += /^\s*/.exec(this.#rest())![0].length;
  }
}

/** @throws QueryError when no symbol has this number */
function symbolOf(text: string, span: Span): number {
  if (text.length > 1 && text.startsWith('0')) throw new QueryError('A symbol has no leading zero.', span, `To find "${text}" in file names, write it in quotation marks.`);
  if (Number(text) > largestSymbol) throw new QueryError(`Symbols are numbers from 0 to ${largestSymbol}.`, span, `To find "${text}" in file names, write it in quotation marks.`);
  return Number(text);
}
