import { inflateSync } from 'node:zlib';

/** What a PDF of ours says: its pages in order, each a line for every text that was set. */
export function pdfText(pdf: Buffer): string[][] {
  const objects = objectsOf(pdf);
  const fonts = new Map<string, ReadonlyMap<string, string>>();
  const pages: string[][] = [];
  for (const page of objects.values()) {
    if (!/\/Type \/Page\b(?!s)/.test(page.dictionary)) {
      continue;
    }
    const resources = objects.get(reference(page.dictionary, 'Resources'));
    for (const [, name = '', id = ''] of resources?.dictionary.matchAll(/\/(F\d+) (\d+) 0 R/g) ?? []) {
      const font = objects.get(id);
      const unicode = objects.get(reference(font?.dictionary ?? '', 'ToUnicode'));
      fonts.set(name, letters(unicode?.stream ?? ''));
    }
    pages.push(textsOf(objects.get(reference(page.dictionary, 'Contents'))?.stream ?? '', fonts));
  }
  return pages;
}

interface PdfObject {
  readonly dictionary: string;
  readonly stream: string;
}

function objectsOf(pdf: Buffer): Map<string, PdfObject> {
  const objects = new Map<string, PdfObject>();
  for (const [, id = '', body = ''] of pdf.toString('latin1').matchAll(/^(\d+) 0 obj\n(.*?)\nendobj/gms)) {
    const [dictionary = '', rest] = body.split(/\nstream\n/, 2);
    const start = body.indexOf('\nstream\n') + '\nstream\n'.length;
    const bytes = Buffer.from(body.slice(start, body.lastIndexOf('\nendstream')), 'latin1');
    const packed = rest !== undefined && dictionary.includes('/FlateDecode');
    objects.set(id, { dictionary, stream: packed ? inflateSync(bytes).toString('latin1') : '' });
  }
  return objects;
}

function reference(dictionary: string, name: string): string {
  return new RegExp(`/${name} (\\d+) 0 R`).exec(dictionary)?.[1] ?? '';
}

/** By glyph, as four hexadecimal digits: the letters that it stands for. */
function letters(unicode: string): Map<string, string> {
  const byGlyph = new Map<string, string>();
  for (const [, first = '', list = ''] of unicode.matchAll(/^<(\w{4})> <\w{4}> \[(.*)\]$/gm)) {
    for (const [index, [, code = '']] of [...list.matchAll(/<([\w ]+)>/g)].entries()) {
      const glyph = (Number.parseInt(first, 16) + index).toString(16).padStart(4, '0');
      byGlyph.set(glyph, Buffer.from(code.replaceAll(' ', ''), 'hex').swap16().toString('utf16le'));
    }
  }
  return byGlyph;
}

function textsOf(content: string, fonts: ReadonlyMap<string, ReadonlyMap<string, string>>): string[] {
  let font: ReadonlyMap<string, string> | undefined;
  const texts: string[] = [];
  for (const [, name, shown] of content.matchAll(/^\/(F\d+) [\d.]+ Tf$|^\[(.*)\] TJ$/gm)) {
    if (name !== undefined) {
      font = fonts.get(name);
    } else {
      const glyphs = [...(shown ?? '').matchAll(/<(\w+)>/g)].flatMap(
        ([, hex = '']) => hex.match(/.{4}/g) ?? [],
      );
      texts.push(glyphs.map((glyph) => font?.get(glyph) ?? '').join(''));
    }
  }
  return texts;
}
