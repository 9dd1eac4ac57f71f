import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { build } from 'vite';

/** A worker of src-main/explore, built into a new folder, which the caller removes. */
export async function builtWorker(source: string): Promise<{ folder: string; entry: string }> {
  const folder = mkdtempSync(path.join(tmpdir(), 'glyphscope-worker-'));
  await build({
    configFile: false, logLevel: 'error', publicDir: false, ssr: { noExternal: true },
    build: { ssr: path.resolve('src-main/explore', source), outDir: folder, emptyOutDir: false, target: 'node22', rolldownOptions: { output: { entryFileNames: 'worker.mjs' } } },
  });
  return { folder, entry: path.join(folder, 'worker.mjs') };
}
