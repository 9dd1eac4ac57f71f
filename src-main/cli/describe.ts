import path from 'node:path';
import { toErrorDetail } from '../contract/errors';
import { type Command, text } from './command';
import { type Client, errorOf, withEngine } from './engine-connection';
import { findRun } from './known-names';
import { sentence } from './output';

/** Files in work at a time; the results keep the order given. */
const inFlight = 4;

export const describeCommand: Command = {
  name: 'describe',
  summary: 'Describe image files with a run: their symbols, the most telling first.',
  operand: { name: 'FILE', many: true, help: 'Image files, in no need of being in a collection.' },
  options: { run: { value: 'RUN', required: true, help: 'The run.' } },
  notes: ['With --json: a line {"file", "symbols", "error"} for each file, in the order given; error is null or {"code", "message", "remedy"}.'],

  async run(invocation) {
    const { out, files, signal } = invocation;
    let failed = 0;
    const say = (file: string, symbols: readonly number[] | null, error: unknown) => {
      if (error === null) return out.item({ file, symbols, error: null }, `${file}  ${(symbols ?? []).join(' ')}`);
      failed++;
      const { code, message, remedy = null } = toErrorDetail(error);
      if (out.json) out.item({ file, symbols: null, error: { code, message, remedy } }, '');
      else out.note(`${file}: ${sentence(message)}${remedy ? ` ${remedy}` : ''} [${code}]`);
    };
    try {
      await withEngine(invocation, async (client) => {
        const run = await findRun(client, text(invocation, 'run'));
        for await (const { file, symbols, error } of describeInOrder(client, run.id, files, signal)) say(file, symbols, error);
        return true;
      });
    } catch (error) {
      // What stops all of them is said for each, so that every file asked for has its line.
      if (!out.json || failed > 0 || signal.aborted) throw error;
      for (const file of files) say(file, null, error);
    }
    return failed === 0;
  },
};

interface Described {
  file: string;
  symbols: number[] | null;
  error: unknown;
}

async function* describeInOrder(client: Client, run: number, files: readonly string[], signal: AbortSignal): AsyncGenerator<Described> {
  const describe = (file: string): Promise<Described> =>
    client.host.describePath({ run, path: path.resolve(file), neighbours: 0 }).then(
      ({ description }) => ({ file, symbols: description.symbols, error: null }),
      (error: unknown) => ({ file, symbols: null, error: errorOf(error) }),
    );
  const waiting: Promise<Described>[] = [];
  for (const file of files) {
    signal.throwIfAborted();
    waiting.push(describe(file));
    if (waiting.length >= inFlight) yield await waiting.shift()!;
  }
  for (const one of waiting) yield await one;
}
