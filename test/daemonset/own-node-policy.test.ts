/**
 * Which writes of NetworkProfiles the admission policy lets pass, by its own expressions. They are evaluated by a CEL
 * library that is not the API server's: what Kubernetes adds to the language is not used in them.
 */
import { evaluate } from "@marcbachmann/cel-js";
import t from "tap";
import { ownNodePolicy as policy, ownNodePolicyBinding as binding, serviceAccount } from "./manifests.ts";

/** What the token of a pod bears that the kubelet asked for (KEP-4193). */
const NODE_CLAIM = "authentication.kubernetes.io/node-name";
const AGENT = "system:serviceaccount:weir:weir";

interface Request {
  readonly username?: string;
  readonly extra?: Readonly<Record<string, readonly string[]>>;
  /** The node that the object names, and that it named before. */
  readonly node?: string;
  readonly formerNode?: string;
}

function part(of: string | undefined): object | null {
  return of === undefined ? null : { spec: { node: of } };
}

/** The messages of what refuses it; undefined where the policy does not look at it. */
function judge({ username = AGENT, node = "n1", formerNode, ...rest }: Request): readonly string[] | undefined {
  const extra = "extra" in rest ? rest.extra : { [NODE_CLAIM]: ["n1"] };
  const request = { userInfo: { username, groups: [], ...(extra && { extra }) } };
  const context = { request, object: part(node), oldObject: part(formerNode) };
  const { matchConditions = [], variables = [], validations = [] } = policy.spec!;
  if (!matchConditions.every(({ expression }) => evaluate(expression, context) === true)) return undefined;
  const named = variables.map(({ name, expression }) => [name, evaluate(expression, context) as unknown] as const);
  const all = { ...context, variables: Object.fromEntries(named) };
  return validations
    .filter(({ expression }) => evaluate(expression, all) !== true)
    .map(({ message, messageExpression }) =>
      messageExpression === undefined ? message! : String(evaluate(messageExpression, all)),
    );
}

await t.test("an agent writes what its own node has to say, new and again", (t) => {
  t.strictSame(judge({}), []);
  t.strictSame(judge({ formerNode: "n1" }), []);
  t.end();
});

await t.test("it can't speak for another node, nor take its word", (t) => {
  t.strictSame(judge({ node: "n2" }), ["the agent of node n1 can't speak for node n2"]);
  t.strictSame(judge({ formerNode: "n2" }), ["an agent can't change what another node has said"]);
  t.strictSame(judge({ node: "n2", formerNode: "n2" })?.length, 2);
  t.end();
});

await t.test("a token of the agents' service account that no pod of a node bears writes nothing", (t) => {
  const noNode = "the token names no node, so it is not an agent's";
  for (const extra of [undefined, {}, { "authentication.kubernetes.io/pod-name": ["weir-abc"] }])
    t.ok(judge({ extra } as Request)?.includes(noNode), JSON.stringify(extra));
  t.end();
});

await t.test("others are RBAC's to judge", (t) => {
  t.equal(judge({ username: "kubernetes-admin", extra: {}, node: "n2" }), undefined);
  t.equal(AGENT, `system:serviceaccount:${serviceAccount.metadata!.namespace}:${serviceAccount.metadata!.name}`);
  t.end();
});

await t.test("it holds for every write of every version, and refuses where it can't judge", (t) => {
  t.strictSame(policy.spec!.matchConstraints, {
    resourceRules: [
      {
        apiGroups: ["weir.io"],
        apiVersions: ["*"],
        resources: ["networkprofiles"],
        operations: ["CREATE", "UPDATE"],
      },
    ],
  });
  t.equal(policy.spec!.failurePolicy, "Fail");
  t.strictSame(binding.spec, { policyName: policy.metadata!.name, validationActions: ["Deny"] });
  t.end();
});
