const END_OF_DIRECTORY = Buffer.from('PK\x05\x06', 'latin1');
const END_OF_DIRECTORY_BYTES = 22;
const COMMENT_LENGTH_OFFSET = 20;
const LONGEST_COMMENT_BYTES = 0xffff;

/** How much of a file's end {@link endsAsZip} looks at. */
export const ZIP_TAIL_BYTES = END_OF_DIRECTORY_BYTES + LONGEST_COMMENT_BYTES;

/**
 * Whether a file is a ZIP archive as well (a JAR, an office document): those are read from their end, so that any
 * file can have one behind it.
 *
 * @param tail the last {@link ZIP_TAIL_BYTES} of the file
 */
export function endsAsZip(tail: Buffer): boolean {
  for (
    let at = tail.lastIndexOf(END_OF_DIRECTORY);
    at >= 0;
    at = at === 0 ? -1 : tail.lastIndexOf(END_OF_DIRECTORY, at - 1)
  ) {
    const end = at + END_OF_DIRECTORY_BYTES;
    if (end <= tail.length && end + tail.readUInt16LE(at + COMMENT_LENGTH_OFFSET) === tail.length) {
      return true;
    }
  }
  return false;
}
