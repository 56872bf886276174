import { createServer } from 'node:net';

/** The address cannot be listened on; the message says what to do. */
export class ListenError extends Error {
  override readonly name = 'ListenError';
}

/** How this process is told where to listen: for the message. */
export interface ListenSetting {
  /** The environment variable with the port. */
  readonly variable: string;
  readonly command: string;
}

const APPLICATION: ListenSetting = { variable: 'PORT', command: 'npm start' };

/**
 * Checks that a server could listen on the address, before anything slow is started.
 *
 * @throws {ListenError} when the port is taken, reserved, or the host is not one of this machine's
 */
export async function assertCanListen(
  host: string,
  port: number,
  setting: ListenSetting = APPLICATION,
): Promise<void> {
  const probe = createServer();
  await new Promise<void>((resolve, reject) => {
    probe.once('error', (error: NodeJS.ErrnoException) => reject(listenError(error, host, port, setting)));
    probe.listen({ host, port, exclusive: true }, () => probe.close(() => resolve()));
  });
}

function listenError(
  error: NodeJS.ErrnoException,
  host: string,
  port: number,
  { variable, command }: ListenSetting,
): Error {
  switch (error.code) {
    case 'EADDRINUSE':
      return new ListenError(
        `Port ${port} on ${host} is in use. Stop what uses it, or choose another: ${variable}=${port + 1} ${command}`,
      );
    case 'EACCES':
      return new ListenError(
        `No right to listen on port ${port}. Choose one above 1023, for example: ${variable}=3000 ${command}`,
      );
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return new ListenError(
        `${host} is not an address of this machine. Set HOST to one that is, such as 127.0.0.1.`,
      );
    default:
      return error;
  }
}
