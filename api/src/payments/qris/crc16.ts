const POLYNOMIAL = 0x1021;
const START = 0xffff;
const TOP_BIT = 0x8000;
const SIXTEEN_BITS = 0xffff;
const BITS_A_BYTE = 8;
const HEX_DIGITS = 4;

/**
 * The checksum of QR codes for payments: CRC-16 with the polynomial 1021, begun at FFFF, over the UTF-8 bytes (EMV QRCPS
 * Merchant-Presented Mode 1.1, section 4.7.3; elsewhere "CRC-16/CCITT-FALSE", "CRC-16/IBM-3740").
 *
 * @returns four hexadecimal digits, in capitals
 */
export function crc16(text: string): string {
  let crc = START;
  for (const byte of Buffer.from(text, 'utf8')) {
    crc ^= byte << BITS_A_BYTE;
    for (let bit = 0; bit < BITS_A_BYTE; bit += 1) {
      crc = (crc & TOP_BIT ? (crc << 1) ^ POLYNOMIAL : crc << 1) & SIXTEEN_BITS;
    }
  }
  return crc.toString(16).toUpperCase().padStart(HEX_DIGITS, '0');
}
