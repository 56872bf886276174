import { DeliveryError } from '../carrier.ts';
import { refusal } from '../http/answers.ts';
import type { OutgoingAnswer } from '../http/outgoing.ts';
import { apiErrorSchema } from './wire.ts';

const CLOUD_API = 'WhatsApp';
/** The Cloud API says "try again later" without saying when. */
const RATE_PAUSE_MS = 60_000;
/** One message each six seconds to one number (Meta, "Pair rate limits"). */
const PAIR_PAUSE_MS = 10_000;

/**
 * What the codes of the Cloud API mean (Meta, "WhatsApp Cloud API error codes"). What is of none of these, its HTTP status
 * tells.
 */
const MEANINGS: readonly {
  readonly codes: readonly number[];
  readonly kind: 'refused' | 'rate' | 'pair-rate' | 'down';
}[] = [
  {
    // Of this recipient or this message: no WhatsApp there, blocked, no such template, wrong parameters.
    codes: [
      100, 131_008, 131_009, 131_021, 131_026, 131_030, 131_047, 131_049, 131_050, 131_051, 132_000, 132_001,
      132_005, 132_007, 132_012, 132_015, 132_016,
    ],
    kind: 'refused',
  },
  { codes: [4, 80_007, 130_429, 131_048, 133_016], kind: 'rate' },
  { codes: [131_056], kind: 'pair-rate' },
  {
    // Of theirs, or of our account: nothing goes out until somebody has seen to it.
    codes: [
      0, 1, 2, 3, 10, 190, 200, 368, 131_000, 131_005, 131_016, 131_031, 131_042, 131_045, 131_057, 133_004,
      133_010,
    ],
    kind: 'down',
  },
];

/** What an answer of the Cloud API that is no yes means. */
export function cloudApiError(answer: OutgoingAnswer): DeliveryError {
  const { success, data } = apiErrorSchema.safeParse(parsed(answer.text));
  const kind = success && MEANINGS.find(({ codes }) => codes.includes(data.error.code))?.kind;
  if (!success || kind === undefined || kind === false) {
    return refusal(answer, CLOUD_API);
  }
  const { code, message } = data.error;
  const text = `${code}: ${message}`;
  const what = `WhatsApp answered with error ${code}.`;
  switch (kind) {
    case 'refused':
      return new DeliveryError(what, { final: true, answer: text });
    case 'pair-rate':
      return new DeliveryError(what, {
        final: false,
        answer: text,
        retryAfterMs: Math.max(answer.retryAfterMs ?? 0, PAIR_PAUSE_MS),
      });
    case 'rate':
      return new DeliveryError(what, {
        final: false,
        answer: text,
        retryAfterMs: answer.retryAfterMs ?? RATE_PAUSE_MS,
        wholeLane: true,
      });
    case 'down':
      return new DeliveryError(what, {
        final: false,
        down: true,
        answer: text,
        retryAfterMs: answer.retryAfterMs,
      });
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
