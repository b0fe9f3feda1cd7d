// @ts-check
/** What is known of a file before it is sent. */
import { addressOf } from "./edits.mjs";

/**
 * @param {File} file
 * @returns {Promise<{ name: string, size: number, type: string, width?: number, height?: number, preview?: string }>}
 */
export async function described(file) {
  const { name, size, type } = file;
  const about = { name, size, type };
  if (!/^image\/(png|jpeg|gif|webp|avif|bmp)$/.test(type)) return about;
  try {
    const bitmap = await createImageBitmap(file);
    const { width, height } = bitmap;
    bitmap.close();
    return { ...about, width, height, preview: addressOf(file) };
  } catch {
    return about; // it says that it is an image, and is none
  }
}
