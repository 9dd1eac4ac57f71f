import { GlyphscopeError } from '../contract/errors';
import { breathe } from './breathe';
import { entropy, mutualInformation } from './information';

/**
 * How far every part of a message speaks of one attribute of its meaning alone (R. Chaabouni, E. Kharitonov and others,
 * Compositionality and Generalization in Emergent Languages, ACL 2020, section 4.2, after the mutual information gap of
 * T. Chen and others, 2018): the mean, over the parts that vary, of (I₁ − I₂) / H, where I₁ and I₂ are the part's largest
 * and second largest mutual information with an attribute and H is its entropy. 1: each part names one attribute; 0: no part
 * prefers one. As EGG computes it (facebookresearch/EGG, language_analysis.py, gap_mi_first_second).
 * @param parts for each part its values [n], whole numbers ≥ 0; each is used before the next is asked for
 * @param attributes for each attribute its values [n], whole numbers ≥ 0
 * @returns null where no part varies
 * @throws INVALID_INPUT for fewer than two attributes; the signal's reason when cancelled
 */
export async function informationGap(parts: Iterable<ArrayLike<number>>, attributes: readonly ArrayLike<number>[], signal?: AbortSignal): Promise<number | null> {
  if (attributes.length < 2)
    throw new GlyphscopeError('INVALID_INPUT', `${attributes.length} attributes: the gap between the best and the second best needs two.`, { subject: 'attributes' });
  let sum = 0;
  let varying = 0;
  for (const part of parts) {
    await breathe(signal);
    const h = entropy(part);
    if (h === 0) continue;
    const [first, second] = attributes.map((attribute) => mutualInformation(attribute, part)).sort((a, b) => b - a);
    sum += (first - second) / h;
    varying++;
  }
  return varying === 0 ? null : sum / varying;
}

/** posdis: the parts are the positions of the message. @param symbols [n, L] */
export function positionalDisentanglement(symbols: ArrayLike<number>, length: number, attributes: readonly ArrayLike<number>[], signal?: AbortSignal): Promise<number | null> {
  const n = symbols.length / length;
  const position = (j: number) => Int32Array.from({ length: n }, (_, i) => symbols[i * length + j]);
  return informationGap(Array.from({ length }, (_, j) => position(j)), attributes, signal);
}

/**
 * bosdis: the parts are the numbers of times that each symbol stands anywhere in the message.
 * @param symbols [n, L]  @param o.from, o.to the symbols that count; EGG leaves out 0, which ends its messages
 */
export function bagOfSymbolsDisentanglement(
  symbols: ArrayLike<number>,
  length: number,
  attributes: readonly ArrayLike<number>[],
  o: { from: number; to: number; signal?: AbortSignal },
): Promise<number | null> {
  return informationGap(countsBySymbol(symbols, length, o), attributes, o.signal);
}

/** For each symbol how often it stands in each message, [n]; the array is used again for the next symbol. */
function* countsBySymbol(symbols: ArrayLike<number>, length: number, { from, to }: { from: number; to: number }): Generator<Uint8Array, void, void> {
  const counts = new Uint8Array(symbols.length / length);
  const messages: number[][] = Array.from({ length: to - from }, () => []);
  for (let at = 0; at < symbols.length; at++) if (symbols[at] >= from && symbols[at] < to) messages[symbols[at] - from].push(Math.floor(at / length));
  for (const holding of messages) {
    counts.fill(0);
    for (const i of holding) counts[i]++;
    yield counts;
  }
}
