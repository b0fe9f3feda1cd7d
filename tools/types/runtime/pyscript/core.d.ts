// What worker.mjs uses of PyScript's core.js.
export const hooks: {
  main: { onWorker: Set<(...args: any[]) => unknown> };
  worker: { onBeforeRunAsync: Set<(...args: any[]) => unknown> };
};
