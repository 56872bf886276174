import type { Letter } from './letter.ts';

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
}

/** Writes a letter as plain text, and as HTML in which nothing that people wrote is markup. */
export function mailText({ subject, paragraphs, action }: Letter, language: string): MailText {
  const line = oneLine(subject);
  const text = [...paragraphs, ...(action ? [`${action.label}:\n${action.link}`] : [])].join('\n\n');
  const body = [
    ...paragraphs.map((paragraph) => `<p>${escaped(paragraph)}</p>`),
    ...(action ? [`<p><a href="${escaped(action.link)}">${escaped(action.label)}</a></p>`] : []),
  ].join('\n');
  const html = `<!doctype html>
<html lang="${escaped(language)}">
<head><meta charset="utf-8"><title>${escaped(line)}</title></head>
<body style="font-family: sans-serif; max-width: 36em; line-height: 1.5">
${body}
</body>
</html>
`;
  return { subject: line, text: `${text}\n`, html };
}

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '');
}

/** A name with a line break in it must not begin another header. */
function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ');
}
