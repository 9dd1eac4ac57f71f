import { join } from 'node:path';
import { build } from 'vite';

/** Builds the image worker from the sources as they are now, beside node_modules so that it finds its packages. @returns its path */
export async function builtImageWorker(): Promise<string> {
  const root = join(import.meta.dirname, '../../..');
  const outDir = join(root, 'out/test', `images-${process.pid}`);
  await build({
    root,
    configFile: false,
    publicDir: false,
    logLevel: 'error',
    build: { ssr: true, outDir, emptyOutDir: true, target: 'node22', rolldownOptions: { input: { images: 'src-main/teacher/image-worker.ts' }, output: { format: 'es', entryFileNames: '[name].mjs' } } },
  });
  return join(outDir, 'images.mjs');
}
