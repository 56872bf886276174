import { connect } from 'node:tls';
import { isPlatform } from './questions.ts';
import type { SignalQuestion, SignalReader } from './reader.ts';

const MS_PER_DAY = 86_400_000;
/** A certificate is replaced weeks before its end. */
const LOOK_EACH_MS = 3_600_000;
/** What could not be seen is looked at again sooner. */
const RETRY_MS = 60_000;
const ANSWER_TIMEOUT_MS = 10_000;
const HTTPS_PORT = 443;

/**
 * Days until the certificate of the public address ends; below 0 when it is over. Null without an address by https, and
 * until it was seen for the first time.
 */
export class CertificateSignal implements SignalReader {
  readonly signals = ['certificate_days'] as const;
  readonly #address: URL | undefined;
  #endsAt: Date | undefined;
  #lookAgainAt = 0;
  #looking: Promise<void> | undefined;

  /** @param publicUrl where people reach the application */
  constructor(publicUrl: string | undefined) {
    const address = publicUrl === undefined ? undefined : new URL(publicUrl);
    this.#address = address?.protocol === 'https:' ? address : undefined;
  }

  /** Answers from what was seen last; a look takes as long as the network does, and nobody waits for it. */
  async read(questions: readonly SignalQuestion[], at: Date) {
    if (this.#address !== undefined && at.getTime() >= this.#lookAgainAt) {
      this.look(at);
    }
    const days = this.#endsAt === undefined ? null : (this.#endsAt.getTime() - at.getTime()) / MS_PER_DAY;
    return questions.map(({ tenantId }) => (isPlatform(tenantId) ? [{ subject: '', value: days }] : []));
  }

  /** Looks at the certificate now. Resolves when it was seen, or could not be. */
  look(at: Date): Promise<void> {
    const address = this.#address;
    this.#looking ??= (address === undefined ? Promise.resolve(undefined) : certificateEnd(address))
      .then((endsAt) => {
        this.#endsAt = endsAt ?? this.#endsAt;
        this.#lookAgainAt = at.getTime() + (endsAt === undefined ? RETRY_MS : LOOK_EACH_MS);
      })
      .finally(() => {
        this.#looking = undefined;
      });
    return this.#looking;
  }
}

/** When the certificate ends that is shown at an address; undefined when none is shown in time. */
function certificateEnd({ hostname, port }: URL): Promise<Date | undefined> {
  return new Promise((resolve) => {
    // An address in brackets is one of IPv6, which sockets take without them.
    const host = hostname.replace(/^\[(.*)\]$/, '$1');
    const socket = connect({
      host,
      port: port === '' ? HTTPS_PORT : Number(port),
      // SNI is for names; Node refuses addresses.
      ...(/^[\d.]+$|:/.test(host) ? {} : { servername: host }),
      // It is only looked at: of one that is over, or that nobody vouches for, the end is wanted all the same.
      rejectUnauthorized: false,
    });
    const settle = (end: Date | undefined): void => {
      socket.destroy();
      resolve(end);
    };
    socket.setTimeout(ANSWER_TIMEOUT_MS, () => settle(undefined));
    socket.on('error', () => settle(undefined));
    socket.on('secureConnect', () => {
      const end = new Date(socket.getPeerCertificate().valid_to);
      settle(Number.isNaN(end.getTime()) ? undefined : end);
    });
  });
}
