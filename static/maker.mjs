// @ts-check
/**
 * Makes the snapshot for later visits: a worker of its own, in idle time, in which Python imports what the widget needs
 * and nothing else ever happens. It never sees a token, a name or a message, so there are none in a snapshot.
 */
import { describeRuntime, Starter } from "./python.mjs";
import { Snapshots } from "./snapshot.mjs";

async function make() {
  const runtime = await describeRuntime();
  const snapshots = new Snapshots(runtime.key);
  if (!(await snapshots.isWanted())) return;
  const starter = new Starter(runtime);
  const python = await starter.ordinary({}, true);
  python.runPython("import chatwheel_boot; chatwheel_boot.prepare_snapshot()");
  await snapshots.store(starter.snapshot(python));
}

try {
  // Of several tabs, one makes it; a tab that is closed meanwhile leaves nothing behind.
  await navigator.locks.request("chatwheel-snapshot", { ifAvailable: true }, async (lock) => lock && make());
} catch (error) {
  console.info("chatwheel: no snapshot was made:", String(error));
}
self.close();
