import { toBuffer, toString as toText } from 'qrcode';

/** Level M: 15 % of the code may be damaged or hidden (ISO/IEC 18004). */
const ERROR_CORRECTION = 'M';
/** Modules of white around the code (ISO/IEC 18004, 9.1). */
const QUIET_ZONE = 4;
/** Sharp on a phone and on paper. */
const PIXELS_A_MODULE = 8;

export type PictureFormat = 'svg' | 'png';

/** Content types of the pictures. */
export const PICTURE_TYPES = { svg: 'image/svg+xml', png: 'image/png' } as const satisfies Record<
  PictureFormat,
  string
>;

/** A QR code of a text. The same text gives the same bytes. */
export async function qrPicture(text: string, format: PictureFormat): Promise<Buffer> {
  const options = { errorCorrectionLevel: ERROR_CORRECTION, margin: QUIET_ZONE } as const;
  return format === 'png'
    ? toBuffer(text, { ...options, type: 'png', scale: PIXELS_A_MODULE })
    : Buffer.from(await toText(text, { ...options, type: 'svg' }));
}
