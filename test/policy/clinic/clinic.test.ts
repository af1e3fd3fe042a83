import { readFileSync, writeFileSync } from "node:fs";
import t from "tap";
import { compilePolicies } from "../../../src/policy/evaluate/evaluate.ts";
import { indexEnds } from "../../../src/policy/evaluate/find-end.ts";
import { generatePolicies } from "../../../src/policy/generate.ts";
import { toYaml } from "../../../src/policy/yaml.ts";
import { settings } from "../world.ts";
import { watchClinic } from "./clinic.ts";

const { cluster, profiles } = watchClinic();
const generated = generatePolicies(profiles, cluster, settings());
const policies = compilePolicies(
  generated.flatMap(({ policy }) => policy ?? []),
  cluster,
);
const ends = indexEnds(cluster);

/** `FROM > TO PROTOCOL PORT`, each end a pod or an address. */
function isAllowed(line: string): boolean {
  const [from = "", , to = "", protocol = "TCP", port = ""] = line.split(" ");
  const question = { from: ends.find(from)!, to: ends.find(to)!, port: Number(port) };
  return policies.isAllowed({ ...question, protocol: protocol as "TCP" | "UDP" });
}

await t.test("all that it does passes, and the policies are as they were", async (t) => {
  t.strictSame(
    generated.flatMap(({ review }) => review.leftOut),
    [],
  );
  t.ok(generated.every(({ review }) => review.rules.every(({ needed, origin }) => needed || origin !== "learned")));
  const file = new URL("expected.yaml", import.meta.url);
  if (process.env["UPDATE_GOLDEN"] === "1") writeFileSync(file, toYaml(generated));
  t.equal(toYaml(generated), readFileSync(file, "utf8"));
});

/** What nobody saw, and what comes tomorrow all the same. */
const TOMORROW = [
  "clinic/portal-abc-a > clinic/api-abc-b TCP 9080", // a port by its name: any pod may answer the Service
  "clinic-test/api-abc-t > clinic/api-abc-b TCP 9080",
  "clinic/records-2 > clinic/records-0 TCP 7000",
  "clinic/api-abc-b > clinic/records-2 TCP 5432",
  "clinic/nightly-28-x1 > clinic/records-1 TCP 5432",
  "198.51.100.99 > clinic/portal-abc-b TCP 8443", // who comes by the NodePort
  "2001:db8::77 > clinic/portal-abc-b TCP 8443",
  "192.168.0.2 > clinic/portal-abc-b TCP 8080", // a probe of the pod's own node, whatever its port
  "clinic/portal-abc-b > 169.254.20.10 TCP 53", // what is too long for UDP
  "clinic/idle-abc-a > 203.0.113.1 TCP 443", // nothing was learned of it, so that nothing is closed
];

/** What somebody who got into one of its pods would try. */
const ATTACKS = [
  "clinic/portal-abc-a > clinic/records-0 TCP 5432",
  "clinic/portal-abc-a > clinic/api-abc-a TCP 22",
  "clinic/api-abc-a > clinic/records-0 TCP 7000",
  "clinic/api-abc-a > 203.0.113.66 TCP 1389",
  "clinic/api-abc-a > 169.254.169.254 TCP 80",
  "clinic/api-abc-a > 169.254.20.10 TCP 80",
  "clinic/billing-abc-a > 198.51.100.21 TCP 443",
  "clinic/billing-abc-a > 198.51.100.20 TCP 80",
  "clinic/billing-abc-a > 172.31.5.5 TCP 443", // the Service's port, not the endpoint's
  "clinic/cache-abc-a > clinic/api-abc-a TCP 8080",
  "clinic-test/api-abc-t > clinic/records-0 TCP 5432", // labels alike, in another namespace
  "clinic-test/api-abc-t > clinic/cache-abc-a TCP 6379",
  "clinic/api-abc-a > clinic-test/api-abc-t TCP 8080",
  "clinic/idle-abc-a > clinic/records-0 TCP 5432",
  "clinic/nightly-28-x1 > clinic/cache-abc-a TCP 6379",
  "192.168.0.1 > clinic/cache-abc-a TCP 6379", // a node that is not the pod's own
  "203.0.113.9 > clinic/api-abc-a TCP 8080",
];

await t.test("what will come passes too", async (t) => {
  for (const line of TOMORROW) t.ok(isAllowed(line), line);
});

await t.test("what nobody did and nobody asked for is refused", async (t) => {
  for (const line of ATTACKS) t.notOk(isAllowed(line), line);
});

await t.test("a port by its name is told with all its numbers", async (t) => {
  const { warnings } = generated.find(({ workload }) => workload.name === "portal")!.review;
  t.match(
    warnings.find(({ code }) => code === "named-port"),
    { severity: "info", message: /^TCP 8080 and 9080 of clinic\/api pass alike/u },
  );
});
