import { fileTypeFromBuffer } from 'file-type';
import { ImageInspector } from './image.ts';
import { PdfInspector } from './pdf.ts';

/** Reads a file of one kind as it passes, and throws a ProblemError at what is wrong with it. */
export interface Inspector {
  /** The next bytes. @throws {ProblemError} */
  see(chunk: Buffer): void;
  /** There are no more. @throws {ProblemError} */
  end(): void;
}

interface KindOfFile {
  /** What the file is stored and downloaded as, whatever its sender called it. */
  readonly contentType: string;
  /** Those that a name may end with; the first one is given to a name that has none. */
  readonly extensions: readonly [string, ...string[]];
  /** For people. */
  readonly label: string;
  readonly inspector: () => Inspector;
}

/** The kinds of files that are taken anywhere. */
export const FILE_KINDS = {
  pdf: {
    contentType: 'application/pdf',
    extensions: ['pdf'],
    label: 'PDF',
    inspector: () => new PdfInspector(),
  },
  jpeg: {
    contentType: 'image/jpeg',
    extensions: ['jpg', 'jpeg'],
    label: 'JPEG',
    inspector: () => new ImageInspector('jpeg'),
  },
  png: {
    contentType: 'image/png',
    extensions: ['png'],
    label: 'PNG',
    inspector: () => new ImageInspector('png'),
  },
  webp: {
    contentType: 'image/webp',
    extensions: ['webp'],
    label: 'WebP',
    inspector: () => new ImageInspector('webp'),
  },
} as const satisfies Record<string, KindOfFile>;

export type FileKind = keyof typeof FILE_KINDS;

/** The kinds of pictures. */
export const IMAGE_KINDS = ['jpeg', 'png', 'webp'] as const satisfies readonly FileKind[];

/** Bytes at the beginning of a file by which its kind is told. */
export const HEAD_BYTES = 4_096;

const PDF_HEADER = Buffer.from('%PDF-');

/**
 * What a file is, by what it contains: neither its name nor the type that its sender gave it is asked.
 *
 * @param head its first {@link HEAD_BYTES}, or all of it when it is shorter
 * @returns undefined: none of the kinds that are known here
 */
export async function kindOf(head: Buffer): Promise<FileKind | undefined> {
  // A PDF begins with its header here, although readers take one further on: such a file may be something else too.
  if (head.subarray(0, PDF_HEADER.length).equals(PDF_HEADER)) {
    return 'pdf';
  }
  const found = await fileTypeFromBuffer(head);
  return IMAGE_KINDS.find((kind) => FILE_KINDS[kind].contentType === found?.mime);
}
