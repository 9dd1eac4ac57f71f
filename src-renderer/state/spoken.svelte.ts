/** A sequence that is spoken: null is any symbol. */
export type Sequence = readonly (number | null)[];

/** What a run's descriptions allow. */
export interface Alphabet {
  /** K: symbols are 0 to K − 1. */
  vocabulary: number;
  /** L. */
  length: number;
}

interface Moment {
  symbols: Sequence;
  cursor: number;
}

/** "12 7 * 3". */
export const sequenceText = (symbols: Sequence, separator = ' '): string => symbols.map((symbol) => symbol ?? '*').join(separator);

/** Reads "12 7 * 3", also with commas or dots. Gives what is wrong with it otherwise, to be shown. */
export function readSequence(text: string, { vocabulary, length }: Alphabet): { symbols: Sequence } | { wrong: string } {
  const words = text.split(/[\s,.]+/).filter((word) => word !== '');
  if (words.length > length) return { wrong: `${words.length} symbols: a description has at most ${length}.` };
  const foreign = words.find((word) => word !== '*' && !(/^\d{1,4}$/.test(word) && Number(word) < vocabulary));
  if (foreign !== undefined) return { wrong: `"${foreign}" is no symbol: they are 0 to ${vocabulary - 1}, and * for any.` };
  return { symbols: words.map((word) => (word === '*' ? null : Number(word))) };
}

const longestPast = 200;

/** The sequence of the Speak page, the place in it where the next symbol goes, and everything that can be undone. */
export class Spoken {
  readonly #alphabet: () => Alphabet;
  #symbols = $state.raw<Sequence>([]);
  #cursor = $state(0);
  /** Digits of the symbol that is being typed at the cursor; null when none is. */
  #typed = $state<string | null>(null);
  #past = $state.raw<readonly Moment[]>([]);
  #future = $state.raw<readonly Moment[]>([]);
  #notice = $state<string | null>(null);

  constructor(alphabet: () => Alphabet) {
    this.#alphabet = alphabet;
  }

  get symbols(): Sequence {
    return this.#symbols;
  }
  /** From 0; the number of symbols when the next one is put after the last. */
  get cursor(): number {
    return this.#cursor;
  }
  /** Whether more digits may follow the symbol at the cursor. */
  get typing(): boolean {
    return this.#typed !== null;
  }
  get canUndo(): boolean {
    return this.#past.length > 0;
  }
  get canRedo(): boolean {
    return this.#future.length > 0;
  }
  /** Why the last key did nothing; null when it did something. */
  get notice(): string | null {
    return this.#notice;
  }

  /** Replaces the whole sequence, as far as it fits the run. */
  set(symbols: Sequence): void {
    const { vocabulary, length } = this.#alphabet();
    const fitting = symbols.slice(0, length).map((symbol) => (symbol !== null && symbol >= vocabulary ? null : symbol));
    this.#change(fitting, Math.min(fitting.length, length - 1));
  }

  clear(): void {
    this.#change([], 0);
  }

  /** A digit at the cursor: begins a symbol there, or goes on with the one that is being typed. */
  digit(digit: string): void {
    const { vocabulary } = this.#alphabet();
    const text = (this.#typed ?? '') + digit;
    const symbol = Number(text);
    if (symbol >= vocabulary) {
      this.#notice = `There is no symbol ${symbol}: they are 0 to ${vocabulary - 1}.`;
      return;
    }
    if (this.#typed === null) this.#change(this.#with(symbol), this.#cursor);
    else this.#symbols = this.#with(symbol);
    this.#notice = null;
    this.#typed = text;
    if (symbol === 0 || symbol * 10 >= vocabulary) this.next();
  }

  /** Puts a symbol, or any symbol with null, at the cursor and goes on. */
  put(symbol: number | null): void {
    this.#change(this.#with(symbol), this.#cursor);
    this.next();
  }

  /** Puts any symbol before the one at the cursor. */
  insert(): void {
    if (this.#symbols.length >= this.#alphabet().length) {
      this.#notice = `A description has at most ${this.#alphabet().length} symbols.`;
      return;
    }
    this.#change([...this.#symbols.slice(0, this.#cursor), null, ...this.#symbols.slice(this.#cursor)], this.#cursor);
  }

  /** Takes the symbol at the cursor out. */
  remove(): void {
    if (this.#cursor < this.#symbols.length) this.#change(this.#without(this.#cursor), this.#cursor);
  }

  /** Takes the last digit back, or the symbol before the cursor out. */
  removeBefore(): void {
    if (this.#typed !== null && this.#typed.length > 1) {
      this.#typed = this.#typed.slice(0, -1);
      this.#symbols = this.#with(Number(this.#typed));
    } else if (this.#typed !== null) this.remove();
    else if (this.#cursor > 0) this.#change(this.#without(this.#cursor - 1), this.#cursor - 1);
  }

  /** Ends the symbol that is being typed and goes to the next place. */
  next(): void {
    this.moveTo(this.#cursor + 1);
  }

  moveTo(place: number): void {
    this.#typed = null;
    this.#notice = null;
    this.#cursor = Math.max(0, Math.min(place, this.#symbols.length, this.#alphabet().length - 1));
  }

  /** Takes the symbol at `from` to `to`; those between move up. The cursor goes along. */
  carry(from: number, to: number): void {
    const target = Math.max(0, Math.min(to, this.#symbols.length - 1));
    if (from >= this.#symbols.length || from === target) return;
    const rest = this.#without(from);
    this.#change([...rest.slice(0, target), this.#symbols[from], ...rest.slice(target)], target);
  }

  undo(): void {
    const last = this.#past.at(-1);
    if (!last) return;
    this.#future = [...this.#future, { symbols: this.#symbols, cursor: this.#cursor }];
    this.#past = this.#past.slice(0, -1);
    this.#show(last);
  }

  redo(): void {
    const next = this.#future.at(-1);
    if (!next) return;
    this.#past = [...this.#past, { symbols: this.#symbols, cursor: this.#cursor }];
    this.#future = this.#future.slice(0, -1);
    this.#show(next);
  }

  #show({ symbols, cursor }: Moment): void {
    this.#symbols = symbols;
    this.moveTo(cursor);
  }

  #with(symbol: number | null): Sequence {
    return [...this.#symbols.slice(0, this.#cursor), symbol, ...this.#symbols.slice(this.#cursor + 1)];
  }

  #without(place: number): Sequence {
    return [...this.#symbols.slice(0, place), ...this.#symbols.slice(place + 1)];
  }

  #change(symbols: Sequence, cursor: number): void {
    if (sequenceText(symbols) !== sequenceText(this.#symbols)) {
      this.#past = [...this.#past, { symbols: this.#symbols, cursor: this.#cursor }].slice(-longestPast);
      this.#future = [];
      this.#symbols = symbols;
    }
    this.moveTo(cursor);
  }
}
