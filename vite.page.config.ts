import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vite';

/** The page. Chrome 108 is the oldest engine it must run in, so CSS nesting and newer colours are lowered. */
export default defineConfig({
  root: 'src-renderer',
  base: './',
  plugins: [svelte()],
  css: { transformer: 'lightningcss', lightningcss: { targets: { chrome: 108 << 16 } } },
  build: { outDir: '../out/page', emptyOutDir: true, target: 'chrome108', minify: true, assetsInlineLimit: 0, modulePreload: { polyfill: false } },
});
