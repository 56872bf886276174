/*
 * The server in a process of its own, so that the store outlives whoever writes to it:
 *
 *   main.ts <data directory> [port]
 *
 * A second port takes commands: PUT /faults with a fault, DELETE /faults, GET /faults for how many have struck. Tells
 * both addresses to its parent, and ends with it, or on SIGTERM.
 */
import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import { fault } from './faults.ts';
import { type ClickHouseServer, startClickHouse } from './server.ts';

const [path = '', port = '0'] = process.argv.slice(2);
const server = await startClickHouse({ path, port: Number(port) });

const control = createServer((request, response) => {
  command(server, request).then(
    (answer) => response.end(JSON.stringify(answer)),
    (error: unknown) => response.writeHead(400).end(String(error)),
  );
});
control.listen(0, '127.0.0.1');
await once(control, 'listening');
const address = control.address();
const controlPort = typeof address === 'object' ? address?.port : undefined;
process.send?.({ url: server.url, control: `http://127.0.0.1:${controlPort}` });

async function command(target: ClickHouseServer, request: IncomingMessage): Promise<{ struck: number }> {
  if (request.method === 'PUT') {
    await target.inflict(fault.parse(JSON.parse(await text(request))));
  } else if (request.method === 'DELETE') {
    await target.clear();
  }
  return { struck: target.struck };
}

async function end(): Promise<void> {
  control.close();
  control.closeAllConnections();
  await server.close();
  process.exit(0);
}
process.once('disconnect', () => void end());
process.once('SIGTERM', () => void end());
