import type { Output } from './output';

/** One option of a command; `value` is the placeholder that the help shows, absent for a switch. */
export interface Option {
  value?: string;
  help: string;
  required?: boolean;
  default?: string;
  short?: string;
  /** Also accepted as --no-NAME. */
  negatable?: boolean;
  /** May be given more than once; its values are in `lists`. */
  many?: boolean;
  hidden?: boolean;
}

export interface Invocation {
  /** What was given; a switch is true (or false by --no-NAME), everything else is text. */
  values: Readonly<Record<string, string | boolean | undefined>>;
  /** Values of the options that may be given more than once, in the order given; none: an empty list. */
  lists: Readonly<Record<string, readonly string[]>>;
  files: readonly string[];
  /** Absolute path of the library. */
  library: string;
  out: Output;
  /** Aborts at the first Ctrl-C. */
  signal: AbortSignal;
}

export interface Command {
  name: string;
  summary: string;
  /** Placeholder and number of what stands without a flag. */
  operand?: { name: string; many: boolean; optional?: boolean; help: string };
  options: Readonly<Record<string, Option>>;
  /** Lines after the options in the help. */
  notes?: readonly string[];
  /** It runs until it is interrupted, so that an interrupt is its proper end. */
  untilInterrupted?: boolean;
  /** Not listed: for the program itself. */
  hidden?: boolean;
  /** Does the work; true when all that was asked for was done. Throws a GlyphscopeError otherwise. */
  run(invocation: Invocation): Promise<boolean>;
}

/** Options that every command takes. */
export const commonOptions: Readonly<Record<string, Option>> = {
  library: { value: 'DIR', help: "The library's folder. Default: your user's data folder." },
  json: { help: 'Print the result as JSON; progress and errors still go to stderr.' },
  help: { help: 'Print this help.', short: 'h' },
};

/** A required option's text. */
export function text(invocation: Invocation, name: string): string {
  return String(invocation.values[name]);
}
