// Where the site has Pyodide: build.py puts its files there. See rootDirs in tsconfig.json.
export { loadPyodide, version } from "pyodide";
