/** HTML that is safe to put into a page as it stands. */
export class Markup {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** What can be put between the pieces of {@link html}. */
export type Content = string | number | Markup | readonly Content[];

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Markup with text in it: whatever is not {@link Markup} itself is escaped, for content and quoted attributes alike. */
export function html(pieces: TemplateStringsArray, ...contents: readonly Content[]): Markup {
  return new Markup(
    pieces.reduce((text, piece, index) => `${text}${textOf(contents[index - 1] ?? '')}${piece}`),
  );
}

/** Data for a script of the page, which no text in it can end. */
export function jsonScript(id: string, data: unknown): Markup {
  // Within a script element entities are not read, so "<" has to be written as JSON can.
  const json = JSON.stringify(data).replaceAll('<', '\\u003c');
  return new Markup(`<script type="application/json" id="${id}">${json}</script>`);
}

function textOf(content: Content): string {
  if (content instanceof Markup) {
    return content.text;
  }
  if (typeof content === 'string' || typeof content === 'number') {
    return String(content).replace(/[&<>"']/g, (character) => ENTITIES[character] ?? character);
  }
  return content.map(textOf).join('');
}
