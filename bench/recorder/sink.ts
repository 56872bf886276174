// A ClickHouse server's place in a process of its own: takes every statement and does nothing with it, so that
// what is measured is the recorder and not the engine. Tells its address to the parent and ends with it.
import { once } from 'node:events';
import { createServer } from 'node:http';

const server = createServer((request, response) => {
  request.resume();
  request.on('end', () => response.end());
});
server.listen(0, '127.0.0.1');
await once(server, 'listening');
const address = server.address();
process.send?.({ url: typeof address === 'object' ? `http://127.0.0.1:${address?.port}` : address });
process.on('disconnect', () => process.exit(0));
