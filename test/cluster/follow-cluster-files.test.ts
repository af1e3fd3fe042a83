import { appendFileSync, renameSync, rmSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import t, { type Test } from "tap";
import { followClusterFiles } from "../../src/cluster/file/follow-cluster-files.ts";

function namespace(name: string): string {
  return `apiVersion: v1\nkind: Namespace\nmetadata:\n  name: ${name}\n`;
}

interface Following {
  /** The next thing that is told: the objects' names, or a fault. */
  readonly next: () => Promise<string | undefined>;
  readonly told: readonly string[];
  readonly stop: () => void;
}

const nobodyWaits = (): void => undefined;

function follow(t: Test, path: string): Following {
  const stopping = new AbortController();
  t.teardown(() => stopping.abort());
  const told: string[] = [];
  let read = 0;
  let wake = nobodyWaits;
  const tell = (word: string): void => {
    told.push(word);
    wake();
  };
  followClusterFiles([path], {
    onChange: (objects) => tell(objects.map(({ metadata }) => metadata.name).join(" ")),
    onFault: (fault) => tell(fault.message.replace(path, "PATH")),
    signal: stopping.signal,
    pollMs: 10,
    settleMs: 20,
  });
  const next = async (): Promise<string | undefined> => {
    while (told.length === read) await new Promise<void>((resolve) => (wake = resolve));
    read += 1;
    return told[read - 1];
  };
  return { next, told, stop: () => stopping.abort() };
}

await t.test("the first state is told before following begins, and a bad one is thrown", async (t) => {
  const folder = t.testdir({ "a.yaml": namespace("a"), "bad.yaml": "kind: 1\n" });
  t.same(follow(t, join(folder, "a.yaml")).told, ["a"]);
  t.throws(() => follow(t, join(folder, "bad.yaml")), { name: "ClusterFileError" });
});

await t.test("a file is read again when it is written in place, renamed over, or swapped by an editor", async (t) => {
  const file = join(t.testdir({ "a.yaml": namespace("first") }), "a.yaml");
  const { next } = follow(t, file);
  await next();
  writeFileSync(file, namespace("second"));
  t.equal(await next(), "second", "written in place");
  writeFileSync(`${file}.tmp`, namespace("third"));
  renameSync(`${file}.tmp`, file);
  t.equal(await next(), "third", "renamed over");
  renameSync(file, `${file}~`);
  writeFileSync(file, namespace("fourth"));
  t.equal(await next(), "fourth", "swapped by an editor");
  writeFileSync(file, namespace("fifth!"));
  t.equal(await next(), "fifth!", "the same size");
});

await t.test("a mounted ConfigMap is read again when its symlink is swapped", async (t) => {
  const folder = t.testdir({ "..one": { "a.yaml": namespace("first") }, "..two": { "a.yaml": namespace("second") } });
  symlinkSync("..one", join(folder, "..data"));
  symlinkSync(join("..data", "a.yaml"), join(folder, "a.yaml"));
  const { next } = follow(t, folder);
  t.equal(await next(), "first");
  symlinkSync("..two", join(folder, "..data_tmp"));
  renameSync(join(folder, "..data_tmp"), join(folder, "..data"));
  rmSync(join(folder, "..one"), { recursive: true });
  t.equal(await next(), "second");
});

await t.test("files that come to a followed folder are read, and those that go are missed", async (t) => {
  const folder = t.testdir({ "a.yaml": namespace("a") });
  const { next } = follow(t, folder);
  await next();
  writeFileSync(join(folder, "b.yaml"), namespace("b"));
  t.equal(await next(), "a b");
  rmSync(join(folder, "a.yaml"));
  t.equal(await next(), "b");
});

await t.test("a bad state is told once, and the last good one holds until the next", async (t) => {
  const file = join(t.testdir({ "a.yaml": namespace("first") }), "a.yaml");
  const { next, told } = follow(t, file);
  await next();
  writeFileSync(file, "");
  t.equal(await next(), "PATH: empty");
  writeFileSync(file, "\n");
  utimesSync(file, 1, 1);
  writeFileSync(file, namespace("second"));
  t.equal(await next(), "second");
  rmSync(file);
  t.equal(await next(), "PATH: can't be read: no such file or folder");
  writeFileSync(file, namespace("third"));
  t.equal(await next(), "third");
  t.equal(told.length, 5);
});

await t.test(
  "a file that is touched is no change; one that is good again after a fault is told, also as it was",
  async (t) => {
    const file = join(t.testdir({ "a.yaml": namespace("first") }), "a.yaml");
    const { next, told } = follow(t, file);
    await next();
    utimesSync(file, 1, 1);
    writeFileSync(`${file}.tmp`, namespace("first"));
    renameSync(`${file}.tmp`, file);
    writeFileSync(file, "a: }");
    t.match(await next(), /^PATH: document 1, line 1: /);
    writeFileSync(file, namespace("first"));
    t.equal(await next(), "first");
    t.equal(told.length, 3);
  },
);

await t.test("a file that is still being written is left alone until it lies still", async (t) => {
  const file = join(t.testdir({ "a.yaml": namespace("first") }), "a.yaml");
  const { next, told } = follow(t, file);
  await next();
  writeFileSync(file, "apiVersion: v1\n");
  appendFileSync(file, "kind: Namespace\n");
  appendFileSync(file, "metadata: {name: second}\n");
  t.equal(await next(), "second");
  t.same(told, ["first", "second"]);
});

await t.test("nothing is told after the end", async (t) => {
  const folder = t.testdir({ "a.yaml": namespace("first") });
  const ended = follow(t, join(folder, "a.yaml"));
  const other = follow(t, join(folder, "a.yaml"));
  ended.stop();
  writeFileSync(join(folder, "a.yaml"), namespace("second"));
  await other.next();
  t.equal(await other.next(), "second");
  t.same(ended.told, ["first"]);
});
