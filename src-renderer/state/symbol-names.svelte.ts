import type { ErrorDetail } from '../../src-main/contract/errors';
import type { LabelShare, SymbolName, SymbolSummary } from '../../src-main/contract/explore';
import { explain, type Client } from '../client';

/** What a symbol is called: by the user or, where `suggested` is set, by the label that stands out among its images. */
export interface ShownName {
  text: string;
  suggested: LabelShare | null;
}

interface Chosen {
  readonly run: { id: number } | null;
  readonly collection: { id: number; images: number } | null;
  readonly described: boolean;
}

/** A label names a symbol when its images have it at least twice as often as the collection, and so many have it. */
const leastLift = 2;
const leastSupport = 10;
/** Up to so many images the labels of all symbols are counted unasked; beyond, the vocabulary page brings them. */
const countedUnasked = 100_000;

/** A label as a name, where it stands out. */
const suggestion = (label: LabelShare | null): LabelShare | null => (label && label.lift >= leastLift && label.images >= leastSupport ? label : null);

/** Names of the symbols of the run that is shown. */
export class SymbolNames {
  readonly #client: Client;
  readonly #chosen: Chosen;
  #given = $state.raw<{ run: number; names: readonly SymbolName[] } | null>(null);
  #suggested = $state.raw<{ run: number; collection: number; labels: ReadonlyMap<string, LabelShare> } | null>(null);
  readonly #byKey = $derived(new Map(this.given.map(({ symbol, position, name }) => [key(symbol, position), name])));

  constructor(client: Client, chosen: Chosen) {
    this.#client = client;
    this.#chosen = chosen;
  }

  /** Names that the user gave to symbols of the run. */
  get given(): readonly SymbolName[] {
    return this.#given && this.#given.run === this.#chosen.run?.id ? this.#given.names : [];
  }

  /** The name that the user gave, for exactly this position (null: everywhere). */
  givenTo(symbol: number, position: number | null = null): string | null {
    return this.#byKey.get(key(symbol, position)) ?? null;
  }

  /** All names that the user gave to a symbol, at whatever position. */
  allOf(symbol: number): readonly string[] {
    return this.given.flatMap((one) => (one.symbol === symbol ? [one.name] : []));
  }

  /** What labels suggest at a position (null: everywhere), whether or not the user gave a name. */
  suggestionFor(symbol: number, position: number | null = null): LabelShare | null {
    const { run, collection } = this.#chosen;
    const known = this.#suggested;
    return known && known.run === run?.id && known.collection === collection?.id ? (known.labels.get(key(symbol, position)) ?? null) : null;
  }

  /** What to call a symbol: the name for the position, else the one for everywhere, else a suggestion. */
  of(symbol: number, position: number | null = null): ShownName | null {
    const text = (position === null ? undefined : this.#byKey.get(key(symbol, position))) ?? this.#byKey.get(key(symbol, null));
    if (text !== undefined) return { text, suggested: null };
    const suggested = this.suggestionFor(symbol, position);
    return suggested && { text: suggested.name, suggested };
  }

  /** The number with the name that the user gave, for screen readers: "12 (wings)". */
  inText(symbol: number, position: number | null = null): string {
    const name = this.of(symbol, position);
    return name && !name.suggested ? `${symbol} (${name.text})` : String(symbol);
  }

  /** Loads names and suggestions of what is shown. Without them symbols stand with their numbers. */
  async load(signal: AbortSignal): Promise<void> {
    const { run, collection, described } = this.#chosen;
    if (!run) return;
    try {
      const names = await this.#client.explore.names({ run: run.id }, { signal });
      if (signal.aborted) return;
      this.#given = { run: run.id, names };
      if (!collection || !described || collection.images > countedUnasked) return;
      const vocabulary = await this.#client.explore.vocabulary({ run: run.id, collection: collection.id, exemplars: 0 }, { signal });
      if (!signal.aborted) this.learn(vocabulary);
    } catch {
      // a number is a symbol's name too; what fails here fails on the vocabulary page with its reason
    }
  }

  /** Takes the suggestions out of a vocabulary that was loaded. */
  learn({ run, collection, symbols }: { run: number; collection: number; symbols: readonly SymbolSummary[] }): void {
    const labels = new Map<string, LabelShare>();
    for (const { symbol, topLabel, topLabelByPosition } of symbols)
      [topLabel, ...topLabelByPosition].forEach((top, position) => {
        const label = suggestion(top);
        if (label) labels.set(key(symbol, position), label);
      });
    this.#suggested = { run, collection, labels };
  }

  /** Names a symbol, or takes its name away with ''; gives what was wrong with the name, or null. */
  async give(symbol: number, position: number | null, name: string): Promise<ErrorDetail | null> {
    const { run } = this.#chosen;
    if (!run) return null;
    try {
      const names = await this.#client.explore.nameSymbol({ run: run.id, symbol, position, name: name.trim() === '' ? null : name });
      this.#given = { run: run.id, names };
      return null;
    } catch (error) {
      return explain(error);
    }
  }
}

const key = (symbol: number, position: number | null) => `${symbol} ${position ?? 0}`;

/** A name in words, for tooltips and screen readers. */
export function nameInWords({ text, suggested }: ShownName): string {
  return suggested ? `${text} (suggested: ${Math.round(suggested.share * 100)} % of its images, ${suggested.lift.toFixed(1)} × the collection's share, ${suggested.images.toLocaleString('en')} images)` : text;
}
