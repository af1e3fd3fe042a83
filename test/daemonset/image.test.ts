/** What can be said of the image where no engine builds it. */
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import t from "tap";
import { agent, dataFolder } from "./manifests.ts";

const repository = fileURLToPath(new URL("../../", import.meta.url));
const dockerfile = readFileSync(`${repository}Dockerfile`, "utf8");

await t.test("all that the image copies is there, and is let into the build", (t) => {
  const ignore = readFileSync(`${repository}.dockerignore`, "utf8").split("\n");
  const copies = [...dockerfile.matchAll(/^COPY (?!--from)(?<words>.+)$/gmu)];
  const sources = copies.flatMap((copy) => copy.groups!["words"]!.split(" ").slice(0, -1));
  t.ok(sources.length > 0);
  for (const source of sources) {
    t.ok(existsSync(repository + source), source);
    t.ok(ignore.includes(`!${source}`), `${source} in .dockerignore`);
  }
  t.ok(ignore.includes("*"), "nothing else gets in");
  t.end();
});

await t.test("the image's user is the one that the manifests name", (t) => {
  const { runAsUser, runAsGroup } = agent.securityContext!;
  const user = /^USER (?<user>\S+)$/mu.exec(dockerfile)?.groups?.["user"];
  t.equal(user, `${runAsUser}:${runAsGroup}`);
  t.equal(dataFolder.command?.[1], user);
  t.match(dockerfile, `ENTRYPOINT ["/opt/weir/bin/weir"]`);
  t.end();
});

await t.test("both stages are the same Node.js, of the line that the program runs on", (t) => {
  const bases = [...dockerfile.matchAll(/^FROM (?<base>\S+)/gmu)].map((from) => from.groups!["base"]);
  t.strictSame([...new Set(bases)], ["node:24-bookworm-slim"]);
  t.equal(bases.length, 2);
  t.match(readFileSync(`${repository}package.json`, "utf8"), /"node": ">=24\./u);
  t.end();
});
