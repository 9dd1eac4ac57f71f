import { defineConfig } from 'vite';

/** Electron's main process and preload: CommonJS, because a sandboxed preload cannot be a module. */
export default defineConfig({
  publicDir: false,
  build: {
    ssr: true,
    outDir: 'out/shell',
    target: 'node16',
    emptyOutDir: true,
    rolldownOptions: {
      input: { index: 'src-main/shell/index.ts', preload: 'src-main/shell/preload.ts' },
      external: ['electron', /^node:/],
      output: { format: 'cjs', entryFileNames: '[name].cjs', chunkFileNames: '[name]-[hash].cjs' },
    },
  },
  ssr: { noExternal: true, external: ['electron'] },
});
