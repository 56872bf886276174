import { defineConfig } from 'vitest/config';

export default defineConfig({
  ssr: { resolve: { conditions: ['@riwayat/source', 'node'] } },
  test: {
    pool: 'forks',
    maxWorkers: 1,
    testTimeout: 60_000,
    hookTimeout: 90_000,
    // The first tick comes with the next full second, and a page takes what it takes on a busy machine.
    expect: { poll: { timeout: 10_000 } },
    include: ['{api,simulator}/src/**/*.browser.test.ts'],
  },
});
