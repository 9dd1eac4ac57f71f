import { examineBackend } from './backend-check';

/**
 * Checks and measures the backend that its one argument names, in a process that a native library may end: the engine
 * starts one for each. The report is the last line of the standard output, as JSON.
 */
process.stdout.write(`${JSON.stringify(await examineBackend(process.argv[2]))}\n`, () => process.exit(0)); // Dawn's threads would keep it
