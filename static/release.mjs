// @ts-check
/**
 * What is loaded by and by must be of this release, as what is loaded at once is: build.py writes into frame.html the hash
 * of each file, by what needs it. It knows addresses and hashes; it does not know what the files are for.
 */

/** @type {Record<string, Record<string, string>>} */
const files = JSON.parse(document.querySelector("#release-files")?.textContent ?? "{}");

/** @param {string} path */
const here = (path) => new URL(path, import.meta.url).href;

/**
 * The file, and all that it imports. Their names change with their content, so that an import, or a worker's, which can
 * be told no hash, gets them from the browser's cache.
 * @param {string} file
 */
export async function check(file) {
  const paths = Object.keys(files[file] ?? {});
  await Promise.all(paths.map((path) => load(path, file)));
}

/**
 * @param {string} path
 * @param {string} [file] what needs it
 * @returns {Promise<Response>} rejects when its content is another
 */
export async function load(path, file = path) {
  return fetch(here(path), { integrity: files[file]?.[path] ?? "" }).catch(() => {
    throw new Error(`${path} did not arrive, or is not of this release and was refused.`);
  });
}
