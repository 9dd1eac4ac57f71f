import path from 'node:path';
import { GlyphscopeError } from '../contract/errors';
import { findLocations } from '../engine/locations';
import { nearestWord } from '../contract/nearest-word';
import { parseArguments, UsageError } from './arguments';
import { commands } from './commands';
import { defaultLibrary } from './default-library';
import { commandHelp, overview } from './help';
import { Output } from './output';

/** Presses of Ctrl-C closer than this are one: a launcher passes on the signal that the terminal sent to both. */
const sameSignal = 1000;

/**
 * Runs the command line.
 * @returns the exit code: 0 all done, 1 something was not, 2 a wrong flag, 130 ended by Ctrl-C
 */
export async function main(args: readonly string[]): Promise<number> {
  const json = args.includes('--json');
  const out = new Output({ json });
  const { version } = findLocations();
  const [name, ...rest] = args;
  if (name === undefined || name === '--help' || name === '-h' || name === 'help') {
    out.item(null, overview(commands, version));
    return name === undefined ? 2 : 0;
  }
  if (name === '--version') {
    process.stdout.write(`${version}\n`);
    return 0;
  }
  const control = new AbortController();
  const restore = onInterrupt(control, out);
  try {
    const command = commands.find((one) => one.name === name);
    if (!command) {
      const near = nearestWord(name, commands.filter((one) => !one.hidden).map((one) => one.name));
      throw new UsageError(`There is no command "${name}".`, { subject: name, remedy: near ? `Did you mean ${near}?` : '`glyphscope --help` lists the commands.' });
    }
    const { values, lists, files } = parseArguments(command, rest);
    if (values.help) {
      process.stdout.write(`${commandHelp(command)}\n`);
      return 0;
    }
    const library = path.resolve(typeof values.library === 'string' ? values.library : defaultLibrary());
    const done = await command.run({ values, lists, files, library, out, signal: control.signal });
    return control.signal.aborted && !command.untilInterrupted ? 130 : done ? 0 : 1;
  } catch (error) {
    out.error(error);
    if (error instanceof UsageError) return 2;
    return control.signal.aborted || (error instanceof GlyphscopeError && error.code === 'CANCELLED') ? 130 : 1;
  } finally {
    restore();
    out.end();
  }
}

/** The first Ctrl-C asks the work to end, the second ends the process at once. */
function onInterrupt(control: AbortController, out: Output): () => void {
  let first = 0;
  const interrupt = () => {
    if (first === 0) {
      first = performance.now();
      out.note('Ending in order; Ctrl-C once more ends at once.');
      control.abort(new GlyphscopeError('CANCELLED', 'Cancelled.'));
    } else if (performance.now() - first > sameSignal) process.exit(130);
  };
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  for (const signal of signals) process.on(signal, interrupt);
  return () => signals.forEach((signal) => process.off(signal, interrupt));
}
