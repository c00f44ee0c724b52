const PNG = 'image/png';

/**
 * Puts a picture on the clipboard. Must be called while the page handles what the user did.
 *
 * @throws where the page may not, or the browser cannot
 */
export async function copyPicture(canvas: HTMLCanvasElement): Promise<void> {
  const bytes = new Promise<Blob>((resolve, reject) =>
    canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error('there is no picture'))), PNG),
  );
  await navigator.clipboard.write([new ClipboardItem({ [PNG]: bytes })]);
}
