import { afterAll, beforeAll, describe } from 'vitest';
import type { StoreAddress } from '../../store/store.ts';
import { temporaryDirectory } from '../engine.ts';
import { type ClickHouseServer, startClickHouse } from './server.ts';

/**
 * Runs tests twice: against the engine in this process, and against a server over HTTP. Each time on an empty store.
 *
 * @param tests declares them; the address is there once a hook or a test runs
 */
export function describeStores(title: string, tests: (address: () => StoreAddress) => void): void {
  describe(`${title}, embedded`, () => {
    const path = temporaryDirectory();
    tests(() => ({ kind: 'embedded', path }));
  });

  describe(`${title}, over HTTP`, () => {
    const path = temporaryDirectory();
    let server: ClickHouseServer;
    beforeAll(async () => {
      server = await startClickHouse({ path });
    });
    afterAll(() => server.close());
    tests(() => ({ kind: 'server', url: server.url }));
  });
}
