import { defineConfig } from '@playwright/test';

/** The windows, one after the other: each test starts an engine and a window of its own. `npm test` names the projects. */
export default defineConfig({
  testDir: 'test/end-to-end',
  testMatch: '*.e2e.ts',
  outputDir: 'test-results',
  workers: 1,
  timeout: 120_000,
  expect: { timeout: 15_000 },
  reporter: 'list',
  use: { trace: 'off' },
  projects: [{ name: 'electron' }, { name: 'chromium' }],
});
