import { defineConfig } from '@playwright/test';

/** The windows, one after the other: each test starts an engine and a window of its own. `npm test` names the projects. */
export default defineConfig({
  testDir: 'test/end-to-end',
  testMatch: '*.e2e.ts',
  outputDir: 'test-results',
  workers: 1,
  // What passes at the second try only is named as flaky at the end, and counted apart.
  retries: 1,
  timeout: 120_000,
  expect: { timeout: 15_000 },
  reporter: 'list',
  use: { trace: 'off' },
  projects: [
    // Pictures for the guide are of the window, and are taken on request only (npm run screenshots).
    { name: 'electron', testIgnore: process.env.GLYPHSCOPE_SCREENSHOTS ? [] : ['screenshots.e2e.ts'] },
    { name: 'chromium', testIgnore: ['screenshots.e2e.ts', 'shell.e2e.ts'] },
  ],
});
