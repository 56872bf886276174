/** Halves of characters, which no encoding has. */
const LONE_SURROGATES = /\p{Surrogate}/gu;
const NOT_PLAIN = /[^\x20-\x7e]|["\\%]/g;

/**
 * The Content-Disposition header of a download (RFC 6266): the name in plain ASCII for the oldest clients, and whole
 * in UTF-8 (RFC 5987) for all others. No name can end the header or begin another.
 */
export function attachment(fileName: string): string {
  const name = fileName.replace(LONE_SURROGATES, '\u{fffd}');
  const encoded = encodeURIComponent(name).replace(
    /['()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return `attachment; filename="${name.replace(NOT_PLAIN, '_')}"; filename*=UTF-8''${encoded}`;
}
