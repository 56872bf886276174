import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { create, type Font } from 'fontkit';

/** What stands for a letter that no font here has. */
export const LACKING = '\u{fffd}';

const require = createRequire(import.meta.url);

/** A weight of the one family that documents are set in: Latin, Greek, Cyrillic and Devanagari. */
interface DocumentFont {
  readonly name: 'regular' | 'bold';
  readonly file: Buffer;
}

/** Read when the first document is written, and kept: both together are 1.2 MB. */
let fonts:
  | { readonly regular: DocumentFont; readonly bold: DocumentFont; readonly letters: Font }
  | undefined;

export function documentFonts(): NonNullable<typeof fonts> {
  if (fonts === undefined) {
    const regular = readFileSync(
      require.resolve('@expo-google-fonts/noto-sans/400Regular/NotoSans_400Regular.ttf'),
    );
    const bold = readFileSync(require.resolve('@expo-google-fonts/noto-sans/700Bold/NotoSans_700Bold.ttf'));
    fonts = {
      regular: { name: 'regular', file: regular },
      bold: { name: 'bold', file: bold },
      letters: create(regular),
    };
  }
  return fonts;
}

/**
 * A text as the fonts can set it: composed, without control characters and marks that turn the direction of what follows,
 * and with {@link LACKING} for each letter that they do not have, which is seen rather than garbled or left out.
 */
export function legible(text: string): string {
  const { letters } = documentFonts();
  const plain = text
    .normalize('NFC')
    .replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ')
    .replace(/[\p{Cf}\p{Variation_Selector}]/gu, '');
  return Array.from(plain, (letter) => {
    const codePoint = letter.codePointAt(0) ?? 0;
    return letters.hasGlyphForCodePoint(codePoint) ? letter : LACKING;
  }).join('');
}
