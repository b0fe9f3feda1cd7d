// @ts-check
/**
 * Packs the archives of compiled modules: `node pack.mjs TASK.json FOLDER`. It runs the very interpreter that the
 * browser runs, so that the bytecode fits, and leaves all thinking to pack.py. Called by tools/archive.
 */
import { readFile, writeFile } from "node:fs/promises";
import { pathToFileURL } from "node:url";

const SITE_PACKAGES = "/lib/python3.14/site-packages";
const [taskFile, out] = process.argv.slice(2);
const task = JSON.parse(await readFile(taskFile, "utf8"));
const { loadPyodide } = await import(pathToFileURL(task.pyodide).href);
/** @type {any} */ (globalThis).crossOriginIsolated = false; // pyodide-http asks for it
const { default: pyscript } = await import(pathToFileURL(task.pyscript).href);

const python = await loadPyodide({ env: { PYTHONHASHSEED: "0", PYDANTIC_DISABLE_PLUGINS: "__all__" } });
for (const wheel of task.wheels) {
  python.unpackArchive(new Uint8Array(await readFile(wheel)), "wheel", { extractDir: SITE_PACKAGES });
}
python.FS.mkdirTree("/task/extra");
/** @param {string} folder @param {Record<string, any>} tree */
const write = (folder, tree) => {
  python.FS.mkdirTree(folder);
  for (const [name, content] of Object.entries(tree)) {
    if (typeof content === "string") python.FS.writeFile(`${folder}/${name}`, content);
    else write(`${folder}/${name}`, content);
  }
};
write("/task/extra", pyscript);
for (const file of task.own) python.FS.writeFile(`/task/extra/${file.name}`, await readFile(file.path));
python.FS.mkdirTree("/task/stand-ins");
for (const file of task.stand_ins) python.FS.writeFile(`/task/stand-ins/${file.name}`, await readFile(file.path));
python.FS.writeFile("/task/task.json", JSON.stringify(task));
try {
  python.runPython(await readFile(task.script, "utf8"));
  for (const name of python.FS.readdir("/task/out")) {
    if (name.endsWith(".zip")) await writeFile(`${out}/${name}`, python.FS.readFile(`/task/out/${name}`));
  }
} catch (error) {
  console.error(String(error)); // else Node prints a megabyte of Pyodide's source with it
  process.exitCode = 1;
}
