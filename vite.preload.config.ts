import { defineConfig } from 'vite';

/** The preload by itself: in a sandbox it may load nothing but Electron, so it shares no chunk with the main process. */
export default defineConfig({
  publicDir: false,
  build: {
    ssr: true,
    outDir: 'out/shell',
    target: 'node16',
    emptyOutDir: false,
    rolldownOptions: { input: { preload: 'src-main/shell/preload.ts' }, external: ['electron'], output: { format: 'cjs', entryFileNames: '[name].cjs' } },
  },
});
