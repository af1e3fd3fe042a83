import { setTimeout as pause } from "node:timers/promises";
import t from "tap";
import { openSandbox, type Sandbox } from "../../demo/lab/sandbox.ts";
import { eventually } from "../demo/eventually.ts";
import { CaptureInSandbox, shell, whyNoCapture } from "./capture-in-sandbox.ts";

t.setTimeout(300_000);

const skip = (await whyNoCapture()) ?? false;
const host = "10.9.0.1";
const peer = "10.9.0.2";

/** A pair of interfaces, one here and one in the namespace `peer`, where a server listens on 80. */
const plug = (name: string): string => `
  ip link add ${name} type veth peer name inner netns peer
  ip address add ${host}/24 dev ${name}
  ip link set ${name} up
  ip -n peer address add ${peer}/24 dev inner
  ip -n peer link set inner up`;

const add = (name: string): string => `link add ${name} up type veth peer name p${name}\nlink set p${name} up\n`;

async function makeSandbox(test: { teardown: (end: () => Promise<void>) => void }): Promise<Sandbox> {
  const sandbox = await openSandbox();
  test.teardown(() => sandbox.close());
  await shell(sandbox, "ip link set lo up; ip netns add peer");
  const listen = `require("net").createServer((socket) => socket.end("hi")).listen(80)`;
  sandbox.start(["ip", "netns", "exec", "peer", process.execPath, "-e", listen], { stdio: "ignore" });
  return sandbox;
}

/** Connects again and again until one of the connections is told by capture. */
async function isSeen(sandbox: Sandbox, capture: CaptureInSandbox): Promise<void> {
  const before = capture.closed.length;
  const connect = `require("net").connect(80, "${peer}").on("error", () => {}).on("close", () => process.exit()).resume(); setTimeout(process.exit, 500)`;
  await eventually("a connection is told", async () => {
    await sandbox.run([process.execPath, "-e", connect]);
    await pause(300);
    return capture.closed.slice(before).some(({ server }) => server.ip === peer && server.port === 80) || undefined;
  });
}

await t.test("interfaces that match later are captured, and let go when they are gone", { skip }, async (t) => {
  const sandbox = await makeSandbox(t);
  const capture = new CaptureInSandbox(sandbox, ["--interface", "veth*"]);
  await capture.says("that it waits", ({ interfaces }) => interfaces === 0);
  await shell(sandbox, plug("veth0"));
  await isSeen(sandbox, capture);
  await shell(sandbox, "ip link delete veth0");
  await capture.says("that it let go", ({ interfaces }) => interfaces === 0);
  await shell(sandbox, plug("veth0"));
  await isSeen(sandbox, capture);
  t.equal(capture.process.exitCode, null);
});

await t.test("an interface that is renamed, or goes down and up, is followed", { skip }, async (t) => {
  const sandbox = await makeSandbox(t);
  await shell(sandbox, plug("veth0"));
  const capture = new CaptureInSandbox(sandbox, ["--interface", "veth*"]);
  await isSeen(sandbox, capture);
  await shell(sandbox, "ip link set veth0 down");
  await pause(500);
  await shell(sandbox, "ip link set veth0 up");
  await isSeen(sandbox, capture);
  await shell(sandbox, "ip link set veth0 down; ip link set veth0 name vethx; ip link set vethx up");
  await isSeen(sandbox, capture);
  await shell(sandbox, "ip link set vethx down; ip link set vethx name other; ip link set other up");
  await capture.says("that no name matches any more", ({ interfaces }) => interfaces === 0);
});

await t.test("one that is down at first is told once, and captured when it is up", { skip }, async (t) => {
  const sandbox = await makeSandbox(t);
  await shell(sandbox, `${plug("veth0")}\nip link set veth0 down`);
  const capture = new CaptureInSandbox(sandbox, ["--interface", "veth*"]);
  await capture.says("that it waits", ({ interfacesNotCaptured }) => interfacesNotCaptured === 1);
  await pause(1_000);
  t.match(capture.warnings, /^weir: interface veth0: That device is not up; [^\n]*\n$/u);
  await shell(sandbox, "ip link set veth0 up");
  await isSeen(sandbox, capture);
});

await t.test("hundreds of pods that come and go leave neither work nor open files behind", { skip }, async (t) => {
  const sandbox = await makeSandbox(t);
  const capture = new CaptureInSandbox(sandbox, ["--interface", "veth*"]);
  await capture.says("that it waits", ({ interfaces }) => interfaces === 0);
  const before = capture.cost(sandbox).files;
  const names = Array.from({ length: 200 }, (_, index) => `veth${index}`);
  await sandbox.run(["ip", "-batch", "-"], names.map(add).join(""));
  await capture.says("all of them", ({ interfaces }) => interfaces === names.length);
  await sandbox.run(["ip", "-batch", "-"], names.map((name) => `link delete ${name}\n`).join(""));
  await capture.says("that all are gone", ({ interfaces }) => interfaces === 0);
  const { cpuMs, files } = capture.cost(sandbox);
  // At the start it may still be reading what the kernel knows, so that there may be fewer now.
  t.ok(files <= before, `${files} open files, ${before} before`);
  await pause(2_000);
  const usedMs = capture.cost(sandbox).cpuMs - cpuMs;
  t.ok(usedMs < 500, `2 seconds of nothing to do cost ${usedMs} ms of processor time`);
});

await t.test("a name in full that does not exist is refused at the start", { skip }, async (t) => {
  const sandbox = await makeSandbox(t);
  const capture = new CaptureInSandbox(sandbox, ["--interface", "nope,veth*"]);
  await eventually("it ends", async () => capture.process.exitCode ?? undefined);
  t.equal(capture.process.exitCode, 2);
  t.match(capture.warnings, /^weir: interface nope: [^\n]+\n$/u);
});
