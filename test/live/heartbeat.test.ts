import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import t from "tap";
import { openSandbox } from "../../demo/lab/sandbox.ts";
import { eventually } from "../demo/eventually.ts";
import { CaptureInSandbox, shell, whyNoCapture } from "./capture-in-sandbox.ts";

t.setTimeout(120_000);

const skip = (await whyNoCapture()) ?? false;
const deafen = fileURLToPath(new URL("deafen.py", import.meta.url));

await t.test("a capture that somebody has made deaf is noticed and opened anew", { skip }, async (t) => {
  const sandbox = await openSandbox();
  t.teardown(() => sandbox.close());
  await shell(sandbox, "ip link set lo up");
  const capture = new CaptureInSandbox(sandbox, ["--interface", "any"]);
  await capture.says("that it hears itself", ({ isSilent }) => isSilent === false);
  const { code, stdout, stderr } = await sandbox.run(["python3", deafen, capture.pid(sandbox)]);
  // One socket, or two while it listens to all TCP at its start.
  if (code !== 0 || !(Number(stdout) >= 1)) {
    return void t.pass("here no socket can be made deaf", {
      skip: `deafen.py made ${stdout.trim()} sockets deaf: ${stderr}`,
    });
  }
  await capture.says("that it was opened anew", ({ reopened }) => reopened > 0);
  await capture.says("that it hears itself again", ({ isSilent }) => isSilent === false);
  t.match(capture.warnings, /hears nothing[^]*hears its own packets on loopback again/u);

  const refused = `require("net").connect(9, "127.0.0.1").on("error", () => {})`;
  await eventually("a connection is told", async () => {
    await sandbox.run([process.execPath, "-e", refused]);
    await pause(500);
    return capture.closed.length > 0 ? true : undefined;
  });
  t.ok(
    capture.closed.every(({ protocol, outcome }) => protocol === "TCP" && outcome === "refused"),
    "its own packets are no connections",
  );
});

await t.test("where loopback is down nothing is missed, and that is not taken for hearing", { skip }, async (t) => {
  const sandbox = await openSandbox();
  t.teardown(() => sandbox.close());
  const capture = new CaptureInSandbox(sandbox, ["--interface", "any"]);
  await capture.says("a first word", () => true);
  await pause(6_000); // longer than silence is borne
  t.match(capture.status, { isSilent: null, reopened: 0 });
});
