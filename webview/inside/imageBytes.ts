/** The bytes of an image of a view, which are base64. */
export const bytesOf = (image: string): Uint8Array =>
  Uint8Array.from(atob(image), (character) => character.charCodeAt(0));

/** Mean of all values of an image, from 0, black, to 1, white. */
export function meanBrightness(image: string): number {
  const bytes = bytesOf(image);
  return bytes.reduce((sum, value) => sum + value, 0) / (255 * bytes.length);
}
