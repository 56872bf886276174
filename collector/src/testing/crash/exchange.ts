import { type Agent, request } from 'node:http';
import { text } from 'node:stream/consumers';

/** Longer than most answers take that still come. */
const SILENCE_MS = 10_000;

export interface Question {
  readonly method: 'GET' | 'POST';
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Ten seconds unless given. */
  readonly silenceMs?: number;
}

export interface Answer {
  readonly status: number;
  readonly body: string;
}

/** One HTTP request over an agent's connections. Rejects when the connection ends, or says nothing for too long. */
export function exchange(
  agent: Agent,
  url: string,
  { method, headers, body, silenceMs = SILENCE_MS }: Question,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const asked = request(url, { method, agent, timeout: silenceMs, ...(headers && { headers }) });
    asked.once('response', (response) => {
      text(response).then((answer) => resolve({ status: response.statusCode ?? 0, body: answer }), reject);
    });
    asked.once('timeout', () => asked.destroy(new Error(`${url} does not answer`)));
    asked.once('error', reject);
    asked.end(body);
  });
}
