/*
 * Pages of A4 that text and tables are set on, one below the other.
 *
 * What always holds: a row of a table stays on one page unless it is taller than a page, and a page that goes on with a
 * table repeats its headings; every page says which of how many it is; the same content gives the same bytes.
 */
import PDFDocument from 'pdfkit';
import type { Locale } from '../../tenants/tenant.ts';
import { documentFonts, legible } from './fonts.ts';

/** Lengths are points: 72 an inch. */
const MARGIN = 50;
const FOOTER_HEIGHT = 26;
const CELL_GAP = 12;
const ROW_GAP = 7;
const LINE_WIDTH = 0.5;
const INK = '#1b2430';
const FAINT_INK = '#5c6675';
const RULE = '#c9d0d9';

const STYLES = {
  title: { font: 'bold', size: 20, colour: INK },
  heading: { font: 'bold', size: 11, colour: INK },
  strong: { font: 'bold', size: 9.5, colour: INK },
  body: { font: 'regular', size: 9.5, colour: INK },
  faint: { font: 'regular', size: 8, colour: FAINT_INK },
  label: { font: 'bold', size: 8, colour: FAINT_INK },
} as const;

/** A text and how it is set. */
export interface Passage {
  readonly text: string;
  readonly style: keyof typeof STYLES;
}

export type Cell = readonly Passage[];

export interface Column {
  readonly heading: string;
  /** Of the page's width, 0 to 1. */
  readonly width: number;
  readonly align: 'left' | 'right';
}

/** Where something is set: points from the page's left edge. */
interface Measure {
  readonly x: number;
  readonly width: number;
  readonly align: 'left' | 'right';
}

export interface PaperOptions {
  readonly title: string;
  readonly author: string;
  readonly locale: Locale;
  /** What the document says of when it was made; the clock is never asked. */
  readonly createdAt: Date;
  /** What stands at the foot of a page; both from 1. */
  readonly footer: (page: number, of: number) => string;
}

/** A document that is being written. */
export class Paper {
  readonly #pdf: PDFKit.PDFDocument;
  readonly #footer: PaperOptions['footer'];
  readonly #bytes: Promise<Buffer>;

  constructor({ title, author, locale, createdAt, footer }: PaperOptions) {
    const { regular, bold } = documentFonts();
    this.#footer = footer;
    this.#pdf = new PDFDocument({
      size: 'A4',
      margins: { top: MARGIN, left: MARGIN, right: MARGIN, bottom: MARGIN + FOOTER_HEIGHT },
      bufferPages: true,
      font: '',
      lang: locale,
      displayTitle: true,
      pdfVersion: '1.5',
      info: { Title: title, Author: author, CreationDate: createdAt, ModDate: createdAt },
    });
    this.#pdf.registerFont(regular.name, regular.file);
    this.#pdf.registerFont(bold.name, bold.file);
    this.#bytes = collected(this.#pdf);
  }

  /** Points from the top of the page to what is set next. */
  get y(): number {
    return this.#pdf.y;
  }

  set y(y: number) {
    this.#pdf.y = y;
  }

  /** Points from the left edge to a share (0 to 1) of the page's width. */
  at(share: number): number {
    return MARGIN + share * this.#width();
  }

  /** Sets passages below each other, over the whole width or from one share of it to another. */
  text(passages: Cell, { from = 0, to = 1, align = 'left' as Measure['align'] } = {}): void {
    this.#set(passages, this.#measure(from, to, align));
  }

  /** Leaves some points free, unless the page ends. */
  skip(points: number): void {
    this.#pdf.y += points;
  }

  /** Goes to the next page when fewer points are left on this one. */
  keepTogether(points: number): void {
    if (this.#pdf.y + points > this.#bottom()) {
      this.#pdf.addPage();
    }
  }

  /** Points that passages would take. */
  heightOf(passages: Cell, { from = 0, to = 1 } = {}): number {
    return this.#height(passages, this.#measure(from, to, 'left'));
  }

  rule(from = 0, to = 1): void {
    const { y } = this.#pdf;
    this.#pdf
      .moveTo(this.at(from), y)
      .lineTo(this.at(to), y)
      .lineWidth(LINE_WIDTH)
      .strokeColor(RULE)
      .stroke();
  }

  /** A word in a frame, its right edge at the right margin; does not move what is set next. */
  stamp(word: string, colour: string): void {
    const { y } = this.#pdf;
    const [padding, size] = [8, 11];
    this.#pdf.font('bold').fontSize(size);
    const width = this.#pdf.widthOfString(word) + 2 * padding;
    const [x, height] = [this.at(1) - width, size + 1.4 * padding];
    this.#pdf.roundedRect(x, y, width, height, 3).lineWidth(1.2).strokeColor(colour).stroke();
    this.#pdf.fillColor(colour).text(word, x + padding, y + padding / 2, { lineBreak: false });
    this.#pdf.y = y;
  }

  /**
   * A square of black and white modules, as QR pictures are.
   *
   * @param dark row by row, `size` times `size`
   */
  modules(dark: ArrayLike<number>, size: number, box: { x: number; y: number; side: number }): void {
    const unit = box.side / size;
    for (let row = 0; row < size; row += 1) {
      for (let column = 0; column < size; column += 1) {
        const start = column;
        while (column < size && dark[row * size + column]) {
          column += 1;
        }
        if (column > start) {
          this.#pdf.rect(box.x + start * unit, box.y + row * unit, (column - start) * unit, unit);
        }
      }
    }
    this.#pdf.fillColor('black').fill();
  }

  /** A table; its headings are repeated on each page that it goes on to. */
  table(columns: readonly Column[], rows: Iterable<readonly Cell[]>): void {
    const measures = this.#measures(columns);
    this.#headings(columns, measures);
    for (const row of rows) {
      const height = Math.max(...measures.map((measure, index) => this.#height(row[index] ?? [], measure)));
      if (this.#pdf.y + height > this.#bottom() && this.#pdf.y > 2 * MARGIN) {
        this.#pdf.addPage();
        this.#headings(columns, measures);
      }
      this.#row(row, measures, height);
    }
  }

  /** Ends the document. */
  async finish(): Promise<Buffer> {
    const { start, count } = this.#pdf.bufferedPageRange();
    for (let index = 0; index < count; index += 1) {
      this.#pdf.switchToPage(start + index);
      // Below the margin: text there would begin another page.
      this.#pdf.page.margins.bottom = 0;
      this.#pdf.y = this.#pdf.page.height - MARGIN;
      this.text([{ text: this.#footer(index + 1, count), style: 'faint' }], { align: 'right' });
    }
    this.#pdf.end();
    return this.#bytes;
  }

  #headings(columns: readonly Column[], measures: readonly Measure[]): void {
    const row = columns.map(({ heading }): Cell => [{ text: heading, style: 'label' }]);
    const height = Math.max(...measures.map((measure, index) => this.#height(row[index] ?? [], measure)));
    this.keepTogether(height + 4 * ROW_GAP);
    this.#row(row, measures, height);
  }

  #row(row: readonly Cell[], measures: readonly Measure[], height: number): void {
    const { y } = this.#pdf;
    const fits = y + height <= this.#bottom();
    // Where the row goes over the page's end, it is the first cell that does.
    for (const [index, measure] of [...measures.entries()].reverse()) {
      this.#pdf.y = y;
      this.#set(row[index] ?? [], measure);
    }
    this.#pdf.y = (fits ? y + height : this.#pdf.y) + ROW_GAP / 2;
    this.rule();
    this.#pdf.y += ROW_GAP / 2;
  }

  #set(passages: Cell, { x, width, align }: Measure): void {
    for (const { text, style } of passages) {
      const { font, size, colour } = STYLES[style];
      this.#pdf.font(font).fontSize(size).fillColor(colour);
      this.#pdf.text(legible(text), x, this.#pdf.y, { width, align });
    }
  }

  #height(passages: Cell, { width }: Measure): number {
    return passages.reduce((total, { text, style }) => {
      const { font, size } = STYLES[style];
      return total + this.#pdf.font(font).fontSize(size).heightOfString(legible(text), { width });
    }, 0);
  }

  #measures(columns: readonly Column[]): Measure[] {
    let from = 0;
    return columns.map(({ width, align }, index) => {
      const last = index === columns.length - 1;
      const { x, width: whole } = this.#measure(from, from + width, align);
      from += width;
      return { x, width: last ? whole : whole - CELL_GAP, align };
    });
  }

  #measure(from: number, to: number, align: Measure['align']): Measure {
    return { x: this.at(from), width: (to - from) * this.#width(), align };
  }

  #width(): number {
    return this.#pdf.page.width - 2 * MARGIN;
  }

  #bottom(): number {
    return this.#pdf.page.height - MARGIN - FOOTER_HEIGHT;
  }
}

function collected(pdf: PDFKit.PDFDocument): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    pdf.on('data', (chunk: Buffer) => chunks.push(chunk));
    pdf.on('end', () => resolve(Buffer.concat(chunks)));
    pdf.on('error', reject);
  });
}
