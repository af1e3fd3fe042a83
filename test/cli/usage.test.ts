import { spawnSync } from "node:child_process";
import t from "tap";
import { bin, captures, weir } from "./run.ts";

const good = `${captures}vlan-qinq.pcap`;

for (const [args, message] of [
  [[], /^weir: a command is missing; see weir --help\n$/u],
  [["fly"], /^weir: unknown command 'fly'[^\n]*\n$/u],
  [["flows"], /^weir: required option '--pcap <file...>' not specified\n$/u],
  [["flows", "--pcap", good, "--bogus"], /^weir: unknown option '--bogus'[^\n]*\n$/u],
  [["analyze", "--pcap", good, "--cluster", "/nowhere.yaml"], /^weir: \/nowhere\.yaml: [^\n]*no such file[^\n]*\n$/u],
  [
    ["analyze", "--pcap", good, "--cluster", "x", "--output", "poem"],
    /^weir: option '--output <what>' [^\n]*Allowed choices[^\n]*\n$/u,
  ],
  [
    ["analyze", "--pcap", good, "--cluster", "x", "--egress-cidr", "1.2.3.4"],
    /^weir: egressCidrs\[0\]\.cidr: [^\n]*1\.2\.3\.4\/32[^\n]*\n$/u,
  ],
  [
    ["agent", "--listen", "example.org:1", "--capture", "pigeon"],
    /^weir: --capture pigeon[^\n]*; --listen example\.org:1: expected ADDRESS:PORT[^\n]*; --cluster is missing[^\n]*\n$/u,
  ],
  [["agent", "--cluster", "x", "--kubeconfig", "y"], /^weir: --cluster and --kubeconfig: give one of them\n$/u],
  [["agent", "--kubeconfig", "/nowhere"], /^weir: --kubeconfig \/nowhere: [^\n]*ENOENT[^\n]*\n$/u],
  [["agent", "--cluster", "x", "--news-lag", "long"], /^weir: --news-lag long: expected seconds, 300 at most\n$/u],
  [
    ["forget", "shop/javaapp", "--agent", "ftp://here"],
    /^weir: shop\/javaapp: expected NAMESPACE\/KIND\/NAME; --agent ftp:\/\/here: expected [^\n]*\n$/u,
  ],
  [
    ["forget", "shop/deployment/javaapp", "--before", "noon"],
    /^weir: --before noon: expected an RFC 3339 time[^\n]*\n$/u,
  ],
  [
    ["forget", "shop/deployment/javaapp", "--agent", "http://127.0.0.1:2"],
    /^weir: --agent http:\/\/127\.0\.0\.1:2: [^\n]*ECONNREFUSED[^\n]*\n$/u,
  ],
  [["check"], /^weir: required option '--cluster <file...>' not specified\n$/u],
  [
    ["capture", "--interface", "there-is-none"],
    /^weir: interface there-is-none: No such device exists\n$|no right to capture/u,
  ],
] as const) {
  await t.test(`weir ${args.join(" ").replaceAll(captures, "")}: one clear line and exit status 2`, async (t) => {
    const { status, stdout, stderr } = await weir(args);
    t.strictSame([status, stdout], [2, ""]);
    t.match(stderr, message);
  });
}

await t.test("help is printed on standard output, for the program and each command", async (t) => {
  for (const command of ["", "agent", "capture", "analyze", "flows", "check", "forget", "snapshot"]) {
    const { status, stdout, stderr } = await weir([command, "--help"].filter((word) => word !== ""));
    t.strictSame([status, stderr], [0, ""], command);
    t.match(stdout, /Usage: weir/u, command);
    if (command !== "") t.match(stdout, /Examples:[\s\S]*Exit status: 0/u, command);
  }
});

const somebody = ["--reuid", "65532", "--regid", "65532", "--clear-groups", "env", "-u", "HOME"];
const mayBeSomebody = spawnSync("setpriv", [...somebody, "test", "-x", bin]).status === 0;

await t.test(
  "a user whom /etc/passwd does not know, without HOME, is answered too",
  { skip: mayBeSomebody ? false : "only root can become somebody whom nobody knows, and only where he may read weir" },
  (t) => {
    const { status, stdout } = spawnSync("setpriv", [...somebody, bin, "agent", "--help"], { encoding: "utf8" });
    t.equal(status, 0);
    t.match(stdout.replaceAll(/\s+/gu, " "), /default: "\/var\/lib\/weir"/u);
    t.end();
  },
);
