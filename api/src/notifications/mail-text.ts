import type { Letter, LetterItem } from './letter.ts';

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** A letter in the forms that a mail has. */
export interface MailText {
  /** One line. */
  readonly subject: string;
  readonly text: string;
  readonly html: string;
  /** For mail programs that offer to unsubscribe. */
  readonly preferences?: string;
}

/** Seen on white and on black: mail programs that are dark turn the ground and the letters, and leave these. */
const TONES: Readonly<Record<LetterItem['tone'], string>> = {
  good: '#2e9e5b',
  warning: '#d08700',
  bad: '#e0453a',
};

/** Writes a letter as plain text, and as HTML in which nothing that people wrote is markup. */
export function mailText(letter: Letter, language: string): MailText {
  const { paragraphs, items = [], closing = [], action, preferences } = letter;
  const line = oneLine(letter.subject);
  const text = [
    ...paragraphs,
    ...items.map(itemText),
    ...closing,
    ...(action ? [`${action.label}:\n${action.link}`] : []),
    ...(preferences ? [`${preferences.label}:\n${preferences.link}`] : []),
  ].join('\n\n');
  const body = [
    ...paragraphs.map(paragraphHtml),
    ...items.map(itemHtml),
    ...closing.map(paragraphHtml),
    ...(action ? [`<p>${linkHtml(action)}</p>`] : []),
    ...(preferences ? [`<p style="font-size: 0.85em">${linkHtml(preferences)}</p>`] : []),
  ].join('\n');
  const style = `:root { color-scheme: light dark } ${letter.html?.style ?? ''}`;
  const html = `<!doctype html>
<html lang="${escaped(language)}">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><meta name="color-scheme" content="light dark"><meta name="supported-color-schemes" content="light dark"><title>${escaped(line)}</title><style>${style}</style></head>
<body style="font-family: sans-serif; ${letter.html === undefined ? 'max-width: 36em; ' : 'margin: 0; '}line-height: 1.5">
${letter.html?.body ?? body}
</body>
</html>
`;
  return {
    subject: line,
    text: `${text}\n`,
    html,
    ...(preferences && { preferences: preferences.link }),
  };
}

function itemText({ title, lines, action }: LetterItem): string {
  return [title, ...lines, ...(action ? [`${action.label}: ${action.link}`] : [])].join('\n');
}

function itemHtml({ title, tone, lines, action }: LetterItem): string {
  const parts = [
    `<p style="margin: 0; font-weight: bold">${escaped(title)}</p>`,
    ...lines.map((line) => `<p style="margin: 0.25em 0 0">${escaped(line)}</p>`),
    ...(action ? [`<p style="margin: 0.5em 0 0">${linkHtml(action)}</p>`] : []),
  ];
  return `<div style="margin: 1em 0; padding: 0.1em 0 0.1em 0.9em; border-left: 4px solid ${TONES[tone]}">\n${parts.join('\n')}\n</div>`;
}

function paragraphHtml(paragraph: string): string {
  return `<p>${escaped(paragraph)}</p>`;
}

function linkHtml({ label, link }: { readonly label: string; readonly link: string }): string {
  return `<a href="${escaped(link)}">${escaped(label)}</a>`;
}

/** A text that HTML says as it is. */
export function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '');
}

/** A name with a line break in it must not begin another header. */
function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ');
}
