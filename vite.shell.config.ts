import { defineConfig } from 'vite';

/** Electron's main process as CommonJS, with all it needs in one file. The preload is built by vite.preload.config.ts. */
export default defineConfig({
  publicDir: false,
  build: {
    ssr: true,
    outDir: 'out/shell',
    target: 'node16',
    emptyOutDir: true,
    rolldownOptions: {
      input: { index: 'src-main/shell/index.ts' },
      external: ['electron', /^node:/],
      output: { format: 'cjs', entryFileNames: '[name].cjs', chunkFileNames: '[name]-[hash].cjs' },
    },
  },
  ssr: { noExternal: true, external: ['electron'] },
});
