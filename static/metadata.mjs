// @ts-check
/**
 * Takes out of a photograph what it tells besides the picture: where and when it was taken, with what, by whom. The
 * picture is not computed anew; a file that is not understood stays as it is.
 */

const [COMMENT, END, SCAN] = [0xfe, 0xd9, 0xda];
/** What a picture is drawn with. Every other segment for applications goes: Exif, XMP, IPTC, makers' own. */
const KEPT = /** @type {Record<number, string>} */ ({ 0xe0: "JFIF\0", 0xe2: "ICC_PROFILE\0", 0xee: "Adobe" });
const ORIENTATION = 0x0112;
/** More is read of no file: it is refused anyway. */
const LIMIT = 32 * 1024 * 1024;

/**
 * @param {File} file
 * @returns {Promise<File>} the same if there is nothing to take out of it
 */
export async function withoutMetadata(file) {
  if (!file.type.startsWith("image/") || file.size > LIMIT) return file;
  try {
    const bytes = new Uint8Array(await file.arrayBuffer());
    const clean = new File(partsOf(bytes), file.name, { type: file.type, lastModified: file.lastModified });
    return clean.size === bytes.length ? file : clean;
  } catch {
    return file; // it ends where it must not, or it is gone, as its upload will tell
  }
}

/**
 * @param {Uint8Array<ArrayBuffer>} bytes
 * @returns {Uint8Array<ArrayBuffer>[]} what stays of a JPEG file; all of any other
 */
function partsOf(bytes) {
  const view = new DataView(bytes.buffer);
  if (bytes.length < 4 || view.getUint16(0) !== 0xffd8) return [bytes];
  const parts = [bytes.subarray(0, 2)];
  let turned = 1;
  for (let at = 2; ; ) {
    const start = at;
    if (view.getUint8(at) !== 0xff) return [bytes];
    while (view.getUint8(at + 1) === 0xff) at += 1; // filling
    const marker = view.getUint8(at + 1);
    // What follows the end is no part of the picture: videos, and other pictures with metadata of their own.
    if (marker === END) return [...parts, bytes.subarray(start, at + 2)];
    const length = view.getUint16(at + 2);
    let end = at + 2 + length;
    if (length < 2 || end > bytes.length) return [bytes];
    const isExif = marker === 0xe1 && text(bytes, at + 4, "Exif\0\0");
    if (isExif && turned === 1) {
      turned = orientation(new DataView(bytes.buffer, at + 10, Math.max(0, length - 8)));
      if (turned !== 1) parts.push(exif(turned));
    }
    if (marker === SCAN) {
      end = endOfScan(bytes, end);
      if (end === bytes.length) return [...parts, bytes.subarray(start)]; // cut off: what there is of it is shown
    }
    const isApplications = marker >= 0xe0 && marker <= 0xef;
    if (marker in KEPT ? text(bytes, at + 4, KEPT[marker]) : !isApplications && marker !== COMMENT) {
      parts.push(bytes.subarray(start, end));
    }
    at = end;
  }
}

/** @param {Uint8Array} bytes @param {number} at @returns {number} where the next marker is */
function endOfScan(bytes, at) {
  for (let next = bytes.indexOf(0xff, at); next >= 0 && next + 1 < bytes.length; next = bytes.indexOf(0xff, next + 1)) {
    const marker = bytes[next + 1];
    if (marker !== 0 && marker !== 0xff && (marker < 0xd0 || marker > 0xd7)) return next; // neither data nor a restart
  }
  return bytes.length;
}

/** @param {Uint8Array} bytes @param {number} at @param {string} wanted */
function text(bytes, at, wanted) {
  return String.fromCharCode(...bytes.subarray(at, at + wanted.length)) === wanted;
}

/** @param {DataView} tiff @returns {number} how the picture is turned, 2 to 8; 1 if it is not, or nobody knows */
function orientation(tiff) {
  try {
    const little = tiff.getUint16(0) === 0x4949;
    const directory = tiff.getUint32(4, little);
    for (let count = tiff.getUint16(directory, little), at = directory + 2; count > 0; count -= 1, at += 12) {
      if (tiff.getUint16(at, little) !== ORIENTATION) continue;
      const turned = tiff.getUint16(at + 8, little);
      return turned > 1 && turned < 9 ? turned : 1;
    }
  } catch {
    // It points out of itself.
  }
  return 1;
}

/** An Exif segment that says how the picture is turned, and nothing else. @param {number} turned */
function exif(turned) {
  const head = [0xff, 0xe1, 0, 34, ...new TextEncoder().encode("Exif\0\0MM\0*"), 0, 0, 0, 8];
  return new Uint8Array([...head, 0, 1, 1, 0x12, 0, 3, 0, 0, 0, 1, 0, turned, 0, 0, 0, 0, 0, 0]);
}
