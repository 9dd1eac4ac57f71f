import { defineConfig } from 'vite';

/** Everything that runs in plain Node: one file for each process or worker, dependencies left in node_modules. */
export default defineConfig({
  publicDir: false,
  build: {
    ssr: true,
    outDir: 'out/engine',
    target: 'node22',
    emptyOutDir: true,
    rolldownOptions: {
      input: {
        cli: 'src-main/cli/index.ts', // the command line; `serve` is the engine itself
        backend: 'src-main/training/backend-process.ts', // child process: checks and measures one compute backend
        trainer: 'src-main/training/trainer-process.ts', // child process, one for each running training
        rehearsal: 'src-main/training/rehearsal-process.ts', // child process: times a few steps before a training
        student: 'src-main/training/student-process.ts', // child process: descriptions, embeddings, evaluation
        images: 'src-main/teacher/image-worker.ts', // worker thread: decode, augment, thumbnails
        vectors: 'src-main/explore/vector-worker.ts', // worker thread: neighbours and maps
        layout: 'src-main/explore/layout-worker.ts', // worker threads that lay out a map together
      },
      output: { format: 'es', entryFileNames: '[name].mjs', chunkFileNames: 'shared/[name]-[hash].mjs' },
    },
  },
});
