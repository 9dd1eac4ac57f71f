import { fork, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';

/** What libtensorflow writes at every start, whatever its log level: of no use to a reader. */
const notices = /absl::InitializeLog\(\)|oneDNN custom operations are on/;

/**
 * Starts one of the built processes as a child that speaks by messages, typed arrays included. Its standard output goes
 * to this process's standard error, which is where people read.
 * @param entry built file, as out/engine/trainer.mjs  @param node the Node that runs it
 */
export function startChild(entry: string, node: string): ChildProcess {
  const child = fork(entry, [], {
    execPath: node,
    // What these processes hold are tensors; left alone, V8 sets 64 MB and more aside for young objects at some moment.
    execArgv: ['--max-semi-space-size=4'],
    serialization: 'advanced',
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    // glibc gives large blocks back to the system at once and fetches them anew, zeroed, for the next tensor: keeping
    // them saves a quarter of the time of a training step.
    env: { MALLOC_MMAP_THRESHOLD_: '4294967296', MALLOC_TRIM_THRESHOLD_: '17179869184', ...process.env },
  });
  for (const stream of [child.stdout, child.stderr])
    if (stream) createInterface({ input: stream }).on('line', (line) => notices.test(line) || process.stderr.write(`${line}\n`));
  return child;
}

/** How a child that was not asked to end did so. */
export function describeExit(code: number | null, signal: NodeJS.Signals | null): string {
  return signal ? `was ended by ${signal}${signal === 'SIGKILL' ? ', perhaps because memory ran out' : ''}` : `ended with code ${code}`;
}
