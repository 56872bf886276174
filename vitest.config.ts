import { defineConfig } from 'vitest/config';

export default defineConfig({
  // Workspaces import each other from source, so that a test never sees a stale build.
  ssr: { resolve: { conditions: ['@riwayat/source', 'node'] } },
  test: {
    // One process per file: the embedded ClickHouse allows one data directory per process.
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 20_000,
    hookTimeout: 60_000,
    // On a busy machine what comes at once comes late; what never comes fails all the same.
    expect: { poll: { timeout: 10_000 } },
    include: ['{alerting,api,billing,collector,simulator,bench}/**/*.test.ts', 'dashboard/src/**/*.test.ts'],
    exclude: ['**/node_modules/**', '**/dist/**', '**/*.browser.test.ts'],
  },
});
