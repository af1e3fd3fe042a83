/** What the pods may do, line by line: whoever widens one of these has to say so here too. */
import t from "tap";
import { ADDRESS_SOURCES } from "../../src/cluster/api/address-sources.ts";
import { POLICIES, PROFILES } from "../../src/server/access/right.ts";
import * as base from "./manifests.ts";

const { agent, capture, dataFolder, everyContainer, podSpec } = base;

await t.test(
  "the agent may read what names addresses, tell the others what it saw, ask who calls, and nothing else",
  (t) => {
    const verbs = ["list", "watch"];
    t.strictSame(base.clusterRole.rules, [
      { apiGroups: [""], resources: ["pods", "services", "namespaces", "nodes"], verbs },
      { apiGroups: ["discovery.k8s.io"], resources: ["endpointslices"], verbs },
      { apiGroups: ["apps"], resources: ["replicasets", "deployments", "statefulsets", "daemonsets"], verbs },
      { apiGroups: ["batch"], resources: ["jobs", "cronjobs"], verbs },
      { apiGroups: ["networking.k8s.io"], resources: ["networkpolicies"], verbs },
      { apiGroups: ["networking.k8s.io"], resources: ["servicecidrs"], verbs },
      { apiGroups: ["weir.io"], resources: ["networkprofiles"], verbs: [...verbs, "create", "patch", "delete"] },
      { apiGroups: ["authentication.k8s.io"], resources: ["tokenreviews"], verbs: ["create"] },
      { apiGroups: ["authorization.k8s.io"], resources: ["subjectaccessreviews"], verbs: ["create"] },
    ]);
    const { roleRef, subjects } = base.clusterRoleBinding;
    t.strictSame(roleRef, { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "weir" });
    t.strictSame(subjects, [{ kind: "ServiceAccount", name: "weir", namespace: "weir" }]);
    t.equal(base.serviceAccount.metadata?.name, podSpec.serviceAccountName);
    t.end();
  },
);

await t.test("an overlay lets it get owners of custom kinds, one by one, and nothing else", (t) => {
  const role = base.readManifest("custom-owners/cluster-role.yaml") as typeof base.clusterRole;
  for (const { apiGroups, verbs } of role.rules ?? []) {
    t.strictSame(verbs, ["get"]);
    t.ok(
      apiGroups?.every((group) => group.includes(".") && !group.endsWith(".k8s.io")),
      String(apiGroups),
    );
  }
  const { metadata, roleRef, subjects } = base.readManifest(
    "custom-owners/cluster-role-binding.yaml",
  ) as typeof base.clusterRoleBinding;
  t.strictSame([metadata?.name, roleRef.name], ["weir-custom-owners", role.metadata?.name]);
  t.strictSame(subjects, base.clusterRoleBinding.subjects);
  t.end();
});

await t.test(
  "a component lets it read where addresses come from: two ConfigMaps by name, two kinds, and nothing else",
  (t) => {
    type Role = typeof base.clusterRole;
    type Binding = typeof base.clusterRoleBinding;
    const role = base.readManifest("ranges/role.yaml") as Role;
    const clusterRole = base.readManifest("ranges/cluster-role.yaml") as Role;
    t.strictSame(role.rules, [
      {
        apiGroups: [""],
        resources: ["configmaps"],
        resourceNames: ["kubeadm-config", "cilium-config"],
        verbs: ["get"],
      },
    ]);
    t.strictSame(clusterRole.rules, [
      { apiGroups: ["cilium.io"], resources: ["ciliumnodes"], verbs: ["list"] },
      { apiGroups: ["crd.projectcalico.org"], resources: ["ippools"], verbs: ["list"] },
    ]);
    for (const [file, bound] of [
      ["role-binding", role],
      ["cluster-role-binding", clusterRole],
    ] as const) {
      const { metadata, roleRef, subjects } = base.readManifest(`ranges/${file}.yaml`) as Binding;
      t.equal(metadata?.namespace, bound.metadata?.namespace);
      t.strictSame(
        [roleRef.kind, roleRef.name],
        [file === "role-binding" ? "Role" : "ClusterRole", bound.metadata?.name],
      );
      t.strictSame(subjects, base.clusterRoleBinding.subjects);
    }
    const asked = ADDRESS_SOURCES.map(({ what }) => what).sort();
    const given = [
      ...(role.rules?.[0]?.resourceNames ?? []).map((name) => `configmap kube-system/${name}`),
      ...(clusterRole.rules ?? []).map(({ apiGroups, resources }) => `${resources?.[0]}.${apiGroups?.[0]}`),
    ];
    t.strictSame(given.sort(), asked, "what is asked for is what is given");
    t.end();
  },
);

await t.test("the token is mounted into the agent alone", (t) => {
  t.equal(base.serviceAccount.automountServiceAccountToken, false);
  t.equal(podSpec.automountServiceAccountToken, false);
  const withToken = podSpec.volumes!.filter(({ projected, secret }) => projected ?? secret).map(({ name }) => name);
  t.strictSame(withToken, ["token"]);
  const holders = everyContainer.filter((each) => each.volumeMounts?.some(({ name }) => name === "token"));
  t.strictSame(
    holders.map(({ name }) => name),
    ["agent"],
  );
  t.match(agent.volumeMounts, [
    { name: "capture" },
    { name: "data" },
    { mountPath: "/var/run/secrets/kubernetes.io/serviceaccount", readOnly: true },
  ]);
  t.end();
});

await t.test("each container has the capabilities that its work takes", (t) => {
  const capabilities = everyContainer.map(({ name, securityContext }) => [name, securityContext?.capabilities]);
  t.strictSame(Object.fromEntries(capabilities), {
    "data-folder": { drop: ["ALL"], add: ["CHOWN"] },
    agent: { drop: ["ALL"] },
    capture: { drop: ["ALL"], add: ["NET_RAW"] },
  });
  for (const { name, securityContext } of everyContainer) {
    t.equal(securityContext?.privileged ?? false, false, name);
    t.equal(securityContext?.allowPrivilegeEscalation, false, name);
    t.equal(securityContext?.readOnlyRootFilesystem, true, name);
    t.equal(securityContext?.seccompProfile, undefined, `${name} has the pod's`);
  }
  t.strictSame(podSpec.securityContext?.seccompProfile, { type: "RuntimeDefault" });
  t.match(agent.securityContext, { runAsNonRoot: true, runAsUser: 65_532, runAsGroup: 65_532 });
  t.strictSame(dataFolder.command, ["chown", "65532:65532", "/var/lib/weir"]);
  t.end();
});

await t.test("of the node the pod shares the network and one folder, which capture does not see", (t) => {
  t.equal(podSpec.hostNetwork, true);
  t.equal(podSpec.dnsPolicy, "ClusterFirstWithHostNet");
  t.equal(podSpec.hostPID ?? podSpec.hostIPC ?? podSpec.shareProcessNamespace ?? false, false);
  t.strictSame(
    podSpec.volumes!.filter(({ hostPath }) => hostPath).map(({ hostPath }) => hostPath),
    [{ path: "/var/lib/weir", type: "DirectoryOrCreate" }],
  );
  t.strictSame(capture.volumeMounts, [{ name: "capture", mountPath: "/run/weir" }]);
  t.equal(podSpec.volumes!.find(({ name }) => name === "capture")?.emptyDir?.medium, "Memory");
  t.equal(agent.volumeMounts?.find(({ name }) => name === "capture")?.readOnly, true);
  t.end();
});

await t.test("the agent alone is reached over the network, and asks everybody who he is", (t) => {
  t.match(agent.args, ["agent", /^--capture/u, /^--data-dir/u, "--listen=:9447", "--auth=kubernetes"]);
  t.strictSame(agent.ports, [{ name: "https", containerPort: 9447, hostPort: 9447, protocol: "TCP" }]);
  t.equal(capture.ports, undefined);
  const { type, selector, ports } = base.service.spec!;
  t.equal(type, "ClusterIP", "not outside of the cluster");
  t.strictSame(selector, base.daemonSet.spec?.selector.matchLabels);
  t.strictSame(ports, [{ name: "https", protocol: "TCP", port: 9447, targetPort: "https" }]);
  t.end();
});

await t.test("the probes come over loopback, for which connections are kept free", (t) => {
  const over = { host: "127.0.0.1", port: "https", scheme: "HTTPS" };
  for (const probe of [agent.startupProbe, agent.livenessProbe])
    t.strictSame(probe?.httpGet, { ...over, path: "/livez" });
  t.strictSame(agent.readinessProbe?.httpGet, { ...over, path: "/readyz" });
  t.end();
});

await t.test("users get what their role names when it is bound, and nobody gets it before", (t) => {
  const profiles = { apiGroups: [PROFILES.group], resources: [PROFILES.resource] };
  const policies = { apiGroups: [PROFILES.group], resources: [`${PROFILES.resource}/${POLICIES}`], verbs: ["create"] };
  t.strictSame(
    base.userRoles.map(({ metadata, rules }) => [metadata?.name, rules]),
    [
      ["weir-reader", [{ ...profiles, verbs: ["get", "list", "watch"] }]],
      ["weir-editor", [{ ...profiles, verbs: ["get", "list", "watch", "update", "delete"] }, policies]],
      ["weir-metrics", [{ nonResourceURLs: ["/metrics"], verbs: ["get"] }]],
    ],
  );
  for (const { metadata } of base.userRoles)
    t.notOk(
      Object.keys(metadata!.labels!).some((label) => label.includes("aggregate-to")),
      metadata!.name!,
    );
  const bindings = base.kustomization.resources.filter((file) => file.includes("binding"));
  t.strictSame(bindings, ["cluster-role-binding.yaml", "own-node-policy-binding.yaml"], "weir's own");
  t.end();
});
