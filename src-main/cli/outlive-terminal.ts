/** Lets the process go on when its terminal closes: the hang-up ends nothing, and what it says afterwards is lost. */
export function outliveTerminal(): void {
  process.removeAllListeners('SIGHUP').on('SIGHUP', () => {});
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {}); // EIO or EPIPE once nobody reads
}
