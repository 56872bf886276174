/*
 * Texts that fit one SMS: 160 characters of the GSM 7-bit alphabet (3GPP TS 23.038, 6.2.1), of which some count twice, or
 * 70 UTF-16 units when one is of no such character.
 */

const GSM_UNITS = 160;
const UCS2_UNITS = 70;
const GSM_BASIC = new Set(
  '@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !"#¤%&\'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà',
);
/** Behind an escape, so that each counts twice. */
const GSM_EXTENDED = new Set('\f^{}\\[~]|€');
const EXTENDED_UNITS = 2;

/** What typographers write, as the alphabet has it: one such character would halve what fits. */
const PLAIN: readonly (readonly [RegExp, string])[] = [
  [/[‘’]/g, "'"],
  [/[“”]/g, '"'],
  [/[–—−]/g, '-'],
  [/…/g, '...'],
  [/[\u00a0\u202f\u2009]/g, ' '],
  [/≥/g, '>='],
  [/≤/g, '<='],
  [/×/g, 'x'],
];

function isGsm(text: string): boolean {
  return [...text].every((character) => GSM_BASIC.has(character) || GSM_EXTENDED.has(character));
}

/** How much of an SMS a text takes, and how much there is. */
export function smsUnits(text: string): { readonly units: number; readonly most: number } {
  return isGsm(text)
    ? {
        units: [...text].reduce((units, one) => units + (GSM_EXTENDED.has(one) ? EXTENDED_UNITS : 1), 0),
        most: GSM_UNITS,
      }
    : { units: text.length, most: UCS2_UNITS };
}

/**
 * A text that fits one SMS, with a link that is never cut.
 *
 * @param link undefined: none
 */
export function smsText(text: string, link?: string): string {
  const plain = PLAIN.reduce((cut, [from, to]) => cut.replace(from, to), text).trim();
  const tail = link === undefined ? '' : ` ${link}`;
  const fits = (candidate: string): boolean => {
    const { units, most } = smsUnits(candidate);
    return units <= most;
  };
  if (fits(plain + tail)) {
    return plain + tail;
  }
  const characters = [...plain];
  const ellipsis = '...';
  let kept = Math.min(characters.length, GSM_UNITS);
  while (kept > 0 && !fits(characters.slice(0, kept).join('').trimEnd() + ellipsis + tail)) {
    kept -= 1;
  }
  return characters.slice(0, kept).join('').trimEnd() + ellipsis + tail;
}
