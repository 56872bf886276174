/** What a file name has to do without: everything up to the last slash or backslash. */
const PATH = /^.*[/\\]/s;
/** Control characters, invisible ones that reorder text, halves of characters, what is not assigned. */
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}]/gu;
/** What Windows does not have in names. */
const RESERVED = /[<>:"|?*]/g;
const OUTER_DOTS_AND_SPACES = /^[.\s]+|[.\s]+$/g;
/** In characters, with the extension. */
const LONGEST_NAME = 100;

/**
 * A name for a file that is safe to show, to save under and to put into a header: its own as far as that is, always
 * with an extension of its kind.
 *
 * @param sent as the client called it
 * @param extensions of its kind; the first one is added where the name has none of them
 */
export function displayName(sent: string, extensions: readonly [string, ...string[]]): string {
  const name = sent
    .normalize('NFC')
    .replace(PATH, '')
    .replace(INVISIBLE, '')
    .replace(RESERVED, '_')
    .replace(/\s+/gu, ' ')
    .replace(OUTER_DOTS_AND_SPACES, '');
  const extension = extensions.find((one) => name.toLowerCase().endsWith(`.${one}`));
  const base = extension === undefined ? name : name.slice(0, -extension.length - 1);
  const ending = `.${extension ?? extensions[0]}`;
  const shortened = [...base].slice(0, LONGEST_NAME - ending.length).join('');
  return `${shortened.replace(OUTER_DOTS_AND_SPACES, '') || 'file'}${ending}`;
}
