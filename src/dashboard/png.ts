/** What every PNG file begins with. */
const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
/** Length of a picture as text: more than a chart of any size takes. */
const LONGEST = 8_000_000;

/** The bytes of a PNG that the page sent as base64; undefined where it is none. */
export function pngOf(text: string): Uint8Array | undefined {
  if (text.length > LONGEST || !/^[A-Za-z0-9+/]+={0,2}$/.test(text)) return undefined;
  const bytes = Buffer.from(text, 'base64');
  return bytes.length > SIGNATURE.length && bytes.subarray(0, SIGNATURE.length).equals(SIGNATURE) ? bytes : undefined;
}
