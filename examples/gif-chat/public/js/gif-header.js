/**
 * Reads what the page must know of a file before it is sent: is it a GIF, and how large is its screen? The server
 * looks closer.
 * @param {Blob} file
 * @returns {Promise<{ width: number, height: number } | undefined>}
 */
export async function readGifHeader(file) {
  const head = new DataView(await file.slice(0, 10).arrayBuffer());
  if (head.byteLength < 10) return undefined;
  const signature = String.fromCharCode(...new Uint8Array(head.buffer, 0, 6));
  if (signature !== "GIF87a" && signature !== "GIF89a") return undefined;
  return { width: head.getUint16(6, true) || 1, height: head.getUint16(8, true) || 1 };
}
