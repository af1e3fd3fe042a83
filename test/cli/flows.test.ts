import { spawn } from "node:child_process";
import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import t from "tap";
import type { ConnectionJson } from "../../src/flow/connection-json.ts";
import { bin, captures, weir } from "./run.ts";

const names = readdirSync(captures).filter((name) => /^(?!broken).*\.pcap(ng)?$/u.test(name));

function records(stdout: string): ConnectionJson[] {
  return stdout.split("\n").flatMap((text) => (text === "" ? [] : [JSON.parse(text) as ConnectionJson]));
}

/** A connection in the words of test/captures/README.md; where the direction is open, its ends are in order of text. */
function line({ protocol, client, server, direction, outcome }: ConnectionJson): string {
  const ends = [`${client.ip} ${client.port}`, `${server.ip} ${server.port}`];
  if (protocol === "UDP") return `UDP ${ends.sort().join(" ")}`;
  if (direction === "unknown" || outcome === "inferred")
    return `${protocol} of unknown beginning ${ends.sort().join(" ")}`;
  return `${protocol} ${client.ip} ${server.ip} ${server.port}`;
}

/** What tshark says, in the same words: a SYN+ACK tells as much as a SYN; tunnels and DNS records are not flows. */
function expected(name: string): string[] {
  const lines = readFileSync(`${captures}${name}.expected.txt`, "utf8").trimEnd().split("\n");
  const flows = lines.filter((text) => !/^#|^DNS|encap=/u.test(text));
  return [...new Set(flows.map(inOurWords))].sort();
}

function inOurWords(text: string): string {
  const [kind = "", ...rest] = text.split(" ");
  const [ipA, portA, ipB, portB] = rest;
  const ends = [`${ipA} ${portA}`, `${ipB} ${portB}`].sort().join(" ");
  if (kind === "UDP") return `UDP ${ends}`;
  const protocol = kind.slice(0, kind.indexOf("_"));
  return /NO(SYN|INIT)$/u.test(kind) ? `${protocol} of unknown beginning ${ends}` : `${protocol} ${rest.join(" ")}`;
}

await t.test("the connections of every public capture are those that tshark sees", async (t) => {
  for (const name of names) {
    const { status, stdout, stderr } = await weir(["flows", "--pcap", captures + name]);
    t.strictSame([status, stderr], [0, ""], name);
    t.strictSame([...new Set(records(stdout).map(line))].sort(), expected(name), name);
  }
});

await t.test("a record has the fields of the contract", async (t) => {
  const { stdout } = await weir(["flows", "--pcap", `${captures}ftp-over-ipv6.pcap`]);
  const { id, ...rest } = records(stdout)[0]!;
  t.type(id, "string");
  t.strictSame(rest, {
    protocol: "TCP",
    client: { ip: "2001:470:1f11:81f:c999:d94:aa7c:2e3e", port: 49186 },
    server: { ip: "2001:470:4867:99::21", port: 57086 },
    outcome: "established",
    bytes: { toServer: 0, toClient: 342, exact: true },
    start: "2012-02-15T17:43:03.316897Z",
    end: "2012-02-15T17:43:03.645749Z",
    nat: [],
  });
});

await t.test("the Log4Shell callback is seen for what it is: many LDAP connections and one download", async (t) => {
  const { stdout } = await weir(["flows", "--pcap", `${captures}log4shell-ldap.pcap`]);
  const made = records(stdout).filter(({ outcome }) => outcome === "established");
  const count = (port: number): number => made.filter(({ server }) => server.port === port).length;
  t.strictSame([count(8000), count(1389), count(8080)], [1, 9, 1]);
});

for (const [name, reason] of [
  ["broken-01.pcap", /link.*type/iu],
  ["broken-02.pcap", /version/u],
  ["broken-03.pcap", /version 2\.5/u],
  ["broken-04.pcapng", /version 0\.1/u],
  ["broken-05.pcapng", /length/u],
] as const) {
  await t.test(`${name} is refused in one line that names the file, the packet and the reason`, async (t) => {
    const { status, stdout, stderr } = await weir(["flows", "--pcap", captures + name]);
    t.strictSame([status, stdout], [2, ""]);
    t.match(stderr, /^weir: .*broken-0\d\.pcap(ng)?: packet \d+: [^\n]+\n$/u);
    t.match(stderr, reason);
  });
}

await t.test("of a file that is cut off everything before the fault is printed, then the fault", async (t) => {
  const file = join(t.testdir(), "cut.pcap");
  const whole = readFileSync(`${captures}log4shell-rmi.pcap`);
  writeFileSync(file, whole.subarray(0, whole.length - 10));
  const { status, stdout, stderr } = await weir(["flows", "--pcap", file]);
  t.equal(status, 2);
  t.equal(records(stdout).length, 3);
  t.match(stderr, /^weir: .*cut\.pcap: packet 49: [^\n]*cut off[^\n]*\n$/u);
});

await t.test("an empty file, a folder, a missing file and a text are each refused by name", async (t) => {
  const folder = t.testdir({ "empty.pcap": "", "text.pcap": "this is no capture at all" });
  for (const name of ["empty.pcap", "", "missing.pcap", "text.pcap"]) {
    const { status, stdout, stderr } = await weir(["flows", "--pcap", join(folder, name)]);
    t.strictSame([status, stdout], [2, ""], name);
    t.ok(stderr.startsWith(`weir: ${join(folder, name)}: `) && stderr.indexOf("\n") === stderr.length - 1, stderr);
  }
});

await t.test("one bad file among good ones costs only itself", async (t) => {
  const args = ["--pcap", `${captures}broken-03.pcap`, `${captures}vlan-qinq.pcap`];
  const { status, stdout } = await weir(["flows", ...args]);
  t.strictSame([status, records(stdout).length], [2, 1]);
});

await t.test("a capture is read from standard input", async (t) => {
  const { status, stdout } = await weir(["flows", "--pcap", "-"], { input: readFileSync(`${captures}vlan-qinq.pcap`) });
  t.strictSame([status, records(stdout).map(line)], [0, ["TCP 10.0.0.1 10.0.0.2 80"]]);
});

await t.test("no progress is shown where standard error is no terminal", async (t) => {
  const { stderr } = await weir(["flows", "--pcap", `${captures}quic.pcap`]);
  t.equal(stderr, "");
});

await t.test("it runs from any folder, with paths of that folder", async (t) => {
  const { status, stdout } = await weir(["flows", "--pcap", "vlan-qinq.pcap"], { cwd: captures });
  t.strictSame([status, records(stdout).length], [0, 1]);
});

await t.test("a reader that has enough, such as head, is no error", async (t) => {
  const child = spawn(bin, ["flows", "--pcap", ...Array.from({ length: 400 }, () => `${captures}pods-udp-scan.pcap`)]);
  let stderr = "";
  child.stderr.on("data", (text: Buffer) => (stderr += text.toString()));
  child.stdout.once("data", () => child.stdout.destroy());
  const status = await new Promise((resolve) => child.once("close", resolve));
  t.strictSame([status, stderr], [0, ""]);
});

await t.test("options can be given as environment variables", async (t) => {
  const { status, stdout } = await weir(["flows"], { env: { WEIR_PCAP: `${captures}vlan-qinq.pcap` }, cwd: tmpdir() });
  t.strictSame([status, records(stdout).length], [0, 1]);
});

/** Splits a little-endian pcap file of microseconds: what goes into which part is said of each packet's number. */
function split(file: Buffer, parts: number, partOf: (packet: number) => number): Buffer[] {
  const sorted: Buffer[][] = Array.from({ length: parts }, () => [file.subarray(0, 24)]);
  for (let at = 24, packet = 0; at < file.length; packet++) {
    const end = at + 16 + file.readUInt32LE(at + 8);
    sorted[partOf(packet)]!.push(file.subarray(at, end));
    at = end;
  }
  return sorted.map((part) => Buffer.concat(part));
}

async function flowsOf(...files: readonly string[]) {
  const { status, stdout, stderr } = await weir(["flows", ...files.flatMap((file) => ["--pcap", file])]);
  return { status, stderr, flows: records(stdout).map(({ id: _id, ...rest }) => JSON.stringify(rest)) };
}

await t.test("captures of the same time are one stretch of traffic, as are parts in any order", async (t) => {
  const whole = readFileSync(`${captures}log4shell-ldap.pcap`);
  const expectedFlows = await flowsOf(`${captures}log4shell-ldap.pcap`);
  const [odd, even] = split(whole, 2, (packet) => packet % 2);
  const [first, second, third] = split(whole, 3, (packet) => Math.min(Math.floor(packet / 100), 2));
  const folder = t.testdir({ odd: odd!, even: gzipSync(even!), first: first!, second: second!, third: third! });
  t.strictSame(await flowsOf(`${folder}/odd`, `${folder}/even`), expectedFlows);
  t.strictSame(await flowsOf(`${folder}/third`, `${folder}/first`, `${folder}/second`), expectedFlows);
});
