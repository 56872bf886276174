/*
 * Checks a PDF as it passes: that it is whole, and that it has no part that acts by itself.
 *
 * What is not seen: objects in compressed object streams, because nothing is inflated here; so no bomb of compressed data can
 * do harm here either. A filter applied twice, which only bombs do, is refused for the sake of those who read the file.
 */
import { problem } from '../../errors/problem.ts';
import type { Inspector } from './kind.ts';
import { Tail } from './tail.ts';

const HEADER = /^%PDF-[12]\.\d/;
const HEADER_BYTES = 8;
/** Where readers look for the end of the file (ISO 32000-1, annex H.3, note 18). */
const TAIL_BYTES = 1_024;
const END_MARK = '%%EOF';
const CROSS_REFERENCE = 'startxref';

/** Names that stand for what is refused, and what to call it. Short names would be met by chance in compressed data. */
const REFUSED_NAMES: Readonly<Record<string, string>> = {
  '/Encrypt': 'is encrypted',
  '/JavaScript': 'has JavaScript',
  '/Launch': 'starts programs',
  '/EmbeddedFile': 'has other files inside',
  '/RichMedia': 'has embedded media',
  '/Rendition': 'has embedded media',
  '/SubmitForm': 'sends forms away',
  '/ImportData': 'reads other files',
};
const NAMES = Object.entries(REFUSED_NAMES).map(([name, meaning]) => ({
  bytes: Buffer.from(name, 'latin1'),
  meaning,
}));
const INFLATE = Buffer.from('/FlateDecode');
const INFLATE_TWICE = /^\s*\/(?:FlateDecode|Fl\b)/;
const AFTER_INFLATE_BYTES = 16;
const SLASH = 0x2f;
const HASH = 0x23;
/** Longer than any name that is looked for, with each of its characters written as `#xx`. */
const LONGEST_NAME_BYTES = 64;

export class PdfInspector implements Inspector {
  readonly #tail = new Tail(TAIL_BYTES);
  #head: Buffer = Buffer.alloc(0);
  /** The end of what was seen, in case that a name begins in it. */
  #carried: Buffer = Buffer.alloc(0);

  see(chunk: Buffer): void {
    if (this.#head.length < HEADER_BYTES) {
      this.#head = Buffer.concat([this.#head, chunk.subarray(0, HEADER_BYTES)]);
    }
    this.#tail.see(chunk);
    refuseNames(Buffer.concat([this.#carried, chunk.subarray(0, LONGEST_NAME_BYTES)]));
    refuseNames(chunk);
    this.#carried =
      chunk.length >= LONGEST_NAME_BYTES
        ? chunk.subarray(-LONGEST_NAME_BYTES)
        : Buffer.concat([this.#carried, chunk]).subarray(-LONGEST_NAME_BYTES);
  }

  end(): void {
    if (!HEADER.test(this.#head.toString('latin1'))) {
      throw damaged('It does not begin as a PDF does.');
    }
    const tail = this.#tail.content.toString('latin1');
    const end = tail.lastIndexOf(END_MARK);
    if (end < 0 || !tail.includes(CROSS_REFERENCE)) {
      throw damaged('Its end is missing.');
    }
    if (/[^\s\0]/.test(tail.slice(end + END_MARK.length))) {
      throw damaged('Something else follows its end.');
    }
  }
}

function refuseNames(bytes: Buffer): void {
  const found = NAMES.find((name) => bytes.includes(name.bytes))?.meaning ?? disguised(bytes);
  if (found !== undefined) {
    throw problem('file-unsafe', {
      detail: `The PDF ${found}. Print it to a new PDF, and send that.`,
    });
  }
  for (let at = bytes.indexOf(INFLATE); at >= 0; at = bytes.indexOf(INFLATE, at + 1)) {
    const after = at + INFLATE.length;
    if (INFLATE_TWICE.test(bytes.toString('latin1', after, after + AFTER_INFLATE_BYTES))) {
      throw problem('file-unsafe', {
        detail:
          'The PDF has data that was compressed twice, as it is done to make readers run out of memory.',
      });
    }
  }
}

/** A refused name with characters written as `#xx` (ISO 32000-1, 7.3.5): nobody but a disguiser does so. */
function disguised(bytes: Buffer): string | undefined {
  for (let at = bytes.indexOf(HASH); at >= 0; at = bytes.indexOf(HASH, at + 1)) {
    const start = bytes.lastIndexOf(SLASH, at);
    if (start >= 0 && at - start < LONGEST_NAME_BYTES) {
      const written = bytes.toString('latin1', start, start + LONGEST_NAME_BYTES);
      const name = written.replace(/#([0-9a-f]{2})/gi, (_all, hex: string) =>
        String.fromCharCode(Number.parseInt(hex, 16)),
      );
      const refused = Object.entries(REFUSED_NAMES).find(([one]) => name.startsWith(one));
      if (refused !== undefined) {
        return refused[1];
      }
    }
  }
  return undefined;
}

function damaged(detail: string) {
  return problem('file-damaged', { detail: `The PDF is not whole: ${detail} Save it again, and send that.` });
}
