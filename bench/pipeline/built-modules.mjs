import { fileURLToPath } from 'node:url';
import { join } from 'node:path';
import { build } from 'vite';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** What the pipeline's measurements use of the sources, each as a module of its own. */
const entries = {
  images: 'src-main/teacher/image-worker.ts',
  decode: 'src-main/dataset/decode.ts',
  source: 'src-main/dataset/source.ts',
  import: 'src-main/dataset/import.ts',
  inspector: 'src-main/dataset/inspector.ts',
  'image-store': 'src-main/dataset/image-store.ts',
  catalogue: 'src-main/teacher/catalogue.ts',
  'encoder-plan': 'src-main/teacher/encoder-plan.ts',
  'hub-layout': 'src-main/teacher/hub-layout.ts',
  'feature-store': 'src-main/teacher/feature-store.ts',
  features: 'src-main/teacher/features.ts',
  'image-worker-pool': 'src-main/teacher/image-worker-pool.ts',
};

/** Builds the sources as they are now into out/bench/pipeline. @returns the folder */
export async function buildModules() {
  const outDir = join(root, 'out/bench/pipeline');
  await build({
    root,
    configFile: false,
    publicDir: false,
    logLevel: 'error',
    build: {
      ssr: true,
      outDir,
      emptyOutDir: true,
      target: 'node22',
      rolldownOptions: {
        input: entries,
        preserveEntrySignatures: 'strict',
        output: { format: 'es', entryFileNames: '[name].mjs', chunkFileNames: 'shared/[name]-[hash].mjs' },
      },
    },
  });
  return outDir;
}
