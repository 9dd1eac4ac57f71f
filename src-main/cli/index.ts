// The entry of the command line and of the engine. Node's version is looked at before anything else is loaded: the
// database's native code ends an older Node without a word.
const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 22 || (major === 22 && minor < 12)) {
  process.stderr.write(`Glyphscope needs Node 22.12 or newer, this is ${process.versions.node}. \`npm run -s glyphscope -- …\` uses the one that came with it.\n`);
  process.exitCode = 1;
} else {
  const { main } = await import('./main');
  process.exitCode = await main(process.argv.slice(2));
  // All is done: whatever still keeps the process alive after some seconds must not keep a terminal or a script waiting.
  setTimeout(() => process.exit(), 5000).unref();
}

export {};
