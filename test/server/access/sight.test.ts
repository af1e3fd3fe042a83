/** What it costs the API server to find out what somebody sees. */
import { pino } from "pino";
import t from "tap";
import type { ApiRequest } from "../../../src/cluster/api/connect-api.ts";
import { KubernetesAccess } from "../../../src/server/access/kubernetes-access.ts";
import { lookAround, type Question } from "../../../src/server/access/sight.ts";

interface Asked {
  readonly clock: { nowMs: number };
  /** Namespaces that the API server was asked about since this was looked at last. */
  readonly asked: () => readonly string[];
  readonly question: (verb?: "list" | "create" | "update", token?: string) => Question;
}

/** Somebody who has rights in these namespaces, and an API server that knows. */
function somebodyWith(rights: readonly string[]): Asked {
  const clock = { nowMs: 1_000 };
  let asked: string[] = [];
  const send = ({ body }: ApiRequest): Promise<unknown> => {
    const { namespace } = (body as { spec: { resourceAttributes: { namespace: string } } }).spec.resourceAttributes;
    asked.push(namespace);
    return Promise.resolve({ status: { allowed: rights.includes(namespace) } });
  };
  const access = new KubernetesAccess({
    connection: { send },
    logger: pino({ level: "silent" }),
    now: () => clock.nowMs,
  });
  return {
    clock,
    asked: () => {
      const since = asked;
      asked = [];
      return since;
    },
    question: (verb = "list", id = "a token") => ({
      access,
      caller: { id, username: "somebody", groups: [] },
      right: { verb },
    }),
  };
}

function namespaces(count: number): readonly string[] {
  return Array.from({ length: count }, (_, n) => `namespace-${n}`);
}

function problem(statusCode: number): Error {
  return { name: "HttpProblem", statusCode } as unknown as Error;
}

await t.test("who has no rights is asked about once a minute, however often he comes", async (t) => {
  const { clock, asked, question } = somebodyWith([]);
  await t.rejects(
    lookAround(() => namespaces(40), question()),
    problem(403),
  );
  t.strictSame(asked().toSorted(), ["", ...namespaces(40)].toSorted(), "all at once first, and each namespace");
  for (let time = 0; time < 5; time += 1) {
    clock.nowMs += 11_000;
    await t.rejects(
      lookAround(() => namespaces(40), question()),
      problem(403),
    );
  }
  t.strictSame(asked(), ["", "", "", "", ""], "a no of all holds for ten seconds");
  clock.nowMs += 12_000;
  await t.rejects(
    lookAround(() => namespaces(40), question()),
    problem(403),
  );
  t.equal(asked().length, 41);
});

await t.test("neither other questions nor other tokens lead to more than a number of them a minute", async (t) => {
  const { clock, asked, question } = somebodyWith(["namespace-3"]);
  t.strictSame([...(await lookAround(() => namespaces(60), question())).namespaces], ["namespace-3"]);
  await lookAround(() => namespaces(60), question("create"));
  t.equal(asked().length, 122);
  await t.rejects(
    lookAround(() => namespaces(60), question("update")),
    problem(429),
  );
  for (let n = 0; n < 50; n += 1)
    await t.rejects(
      lookAround(() => namespaces(60), question("list", `${n}`)),
      problem(429),
    );
  t.equal(asked().filter((namespace) => namespace !== "").length, 8, "128 in all");
  t.strictSame(
    [...(await lookAround(() => namespaces(60), question())).namespaces],
    ["namespace-3"],
    "what is known is told",
  );
  t.equal(await question().access.allows(question().caller, { verb: "get", namespace: "namespace-3" }), true);
  clock.nowMs += 60_001;
  t.equal((await lookAround(() => namespaces(60), question("update"))).namespaces.size, 1);
});

await t.test("of more namespaces than can be asked about none is", async (t) => {
  const { asked, question } = somebodyWith([]);
  await t.rejects(
    lookAround(() => namespaces(65), question()),
    problem(403),
  );
  t.strictSame(asked(), [""]);
});

await t.test("who sees all is asked about once", async (t) => {
  const { asked, question } = somebodyWith([""]);
  t.ok((await lookAround(() => namespaces(500), question())).isWhole);
  t.strictSame(asked(), [""]);
});
