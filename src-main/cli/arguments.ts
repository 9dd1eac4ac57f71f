import { parseArgs } from 'node:util';
import { GlyphscopeError } from '../contract/errors';
import { nearestWord } from '../contract/nearest-word';
import { type Command, commonOptions, type Option } from './command';

/** A flag that is wrong or missing: the process ends with 2 and shows how the command is used. */
export class UsageError extends GlyphscopeError {
  constructor(message: string, o: { subject?: string; remedy?: string } = {}) {
    super('INVALID_INPUT', message, o);
  }
}

export interface ParsedArguments {
  values: Record<string, string | boolean | undefined>;
  lists: Record<string, string[]>;
  files: string[];
}

/**
 * Reads a command's flags and operands.
 * @throws UsageError naming the flag, with the nearest known one when it looks misspelt
 */
export function parseArguments(command: Command, args: readonly string[]): ParsedArguments {
  const options = { ...command.options, ...commonOptions };
  const { tokens } = parseArgs({
    args: [...args],
    options: Object.fromEntries(Object.entries(options).map(([name, o]) => [name, { type: o.value ? ('string' as const) : ('boolean' as const), ...(o.short ? { short: o.short } : {}) }])),
    strict: false,
    allowPositionals: true,
    tokens: true,
  });
  const values: ParsedArguments['values'] = {};
  const lists: ParsedArguments['lists'] = Object.fromEntries(Object.entries(options).filter(([, o]) => o.many).map(([name]) => [name, []]));
  const files: string[] = [];
  for (const token of tokens) {
    if (token.kind === 'positional') files.push(token.value);
    if (token.kind !== 'option') continue;
    const negated = token.name.startsWith('no-') && options[token.name.slice(3)]?.negatable === true && !(token.name in options);
    const name = negated ? token.name.slice(3) : token.name;
    const option: Option | undefined = options[name];
    if (!option) throw unknownFlag(token.rawName, Object.keys(options), command);
    if (option.value && !negated) {
      // A value that looks like a flag is a forgotten value, unless it is a negative number.
      if (token.value === undefined || (!token.inlineValue && /^-\D/.test(token.value))) throw new UsageError(`${token.rawName} needs a value (${option.value}).`, { subject: token.rawName });
      if (option.many) lists[name].push(token.value);
      else values[name] = token.value;
    } else {
      if (token.value !== undefined) throw new UsageError(`${token.rawName} takes no value, but "${token.value}" was given.`, { subject: token.rawName });
      values[name] = !negated;
    }
  }
  if (values.help === true) return { values, lists, files };
  for (const [name, option] of Object.entries(options))
    if (option.required && values[name] === undefined) throw new UsageError(`${command.name} needs --${name} ${option.value ?? ''}`.trim() + '.', { subject: `--${name}` });
  checkOperands(command, files);
  for (const [name, option] of Object.entries(options)) values[name] ??= option.default;
  return { values, lists, files };
}

function checkOperands({ name, operand }: Command, files: string[]): void {
  if (!operand) {
    if (files.length > 0) throw new UsageError(`${name} takes flags only, but "${files[0]}" was given.`, { subject: files[0] });
  } else if (files.length === 0 && !operand.optional) throw new UsageError(`${name} needs ${operand.many ? `at least one ${operand.name}` : `a ${operand.name}`}.`, { subject: operand.name });
  else if (!operand.many && files.length > 1)
    throw new UsageError(`${name} takes one ${operand.name}, but ${files.length} were given.`, { subject: files[1], remedy: 'Put names with spaces in quotes.' });
}

/** The number that a flag's text stands for. @throws UsageError */
export function wholeNumber(flag: string, given: string, least: number, most: number): number {
  const value = Number(given);
  if (given.trim() === '' || !Number.isInteger(value) || value < least || value > most)
    throw new UsageError(`--${flag} is a whole number from ${least.toLocaleString('en')} to ${most.toLocaleString('en')}, but "${given}" was given.`, { subject: `--${flag}` });
  return value;
}

function unknownFlag(given: string, known: string[], command: Command): UsageError {
  const near = nearestWord(given.replace(/^-+/, ''), known);
  return new UsageError(`${command.name} has no flag ${given}.`, { subject: given, remedy: near ? `Did you mean --${near}?` : `\`glyphscope ${command.name} --help\` lists its flags.` });
}
