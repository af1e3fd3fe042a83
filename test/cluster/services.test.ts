import { readFileSync } from "node:fs";
import t from "tap";
import { ClusterState } from "../../src/cluster/cluster-state.ts";
import { parseClusterText } from "../../src/cluster/file/parse-cluster-text.ts";
import type { Connection } from "../../src/flow/connection.ts";
import { connection, deployment, endpoint, node, pod, podOf, read, service, slice, us } from "./builders.ts";

type Json = ReturnType<typeof pod>;

const client = pod("client", { ip: "10.244.1.9" });

function stateOf(...objects: readonly Json[]): ClusterState {
  const state = new ClusterState();
  state.replace(read(client, ...objects), us("12:00:00"));
  return state;
}

/** `Deployment/web 8080`, one a server, and the Service and how it was resolved. */
function asked(state: ClusterState, asking: Connection) {
  const { servers, service: found, resolution } = state.identifyConnection(asking);
  return {
    servers: servers.map(({ identity, ip, port }) => {
      const name =
        identity.kind === "pod" ? `${identity.workload.kind}/${identity.workload.name}` : `${identity.kind} ${ip}`;
      return `${name} ${port ?? "?"}`;
    }),
    service: found?.name,
    resolution,
  };
}

const from = (server: string, options?: Parameters<typeof connection>[2]) =>
  connection("10.244.1.9:40000", server, options);

const web = [
  ...deployment("web", { app: "web" }),
  podOf("web", "1", { ip: "10.244.1.5", ports: [{ name: "http", containerPort: 8080 }] }),
  podOf("web", "2", { ip: "10.244.2.5", ports: [{ name: "http", containerPort: 8080 }] }),
  slice("web", "web-1", [{ name: "", port: 8080, protocol: "TCP" }], [{ ip: "10.244.1.5", pod: "web-abc-1" }]),
  slice("web", "web-2", [{ name: "", port: 8080, protocol: "TCP" }], [{ ip: "10.244.2.5", pod: "web-abc-2" }]),
];
const webSpec = {
  selector: { app: "web" },
  clusterIP: "10.96.0.5",
  ports: [{ port: 80, protocol: "TCP", targetPort: 8080 }],
};

await t.test(
  "a client of a Service 80 -> targetPort 8080 is led to the pods and their port, over all slices",
  async (t) => {
    const state = stateOf(...web, service("web", webSpec));
    t.same(state.identifyConnection(from("10.96.0.5:80")), {
      connection: from("10.96.0.5:80"),
      client: {
        identity: {
          kind: "pod",
          workload: { namespace: "shop", kind: "Pod", name: "client" },
          pod: "client",
          node: "node-1",
        },
        ip: "10.244.1.9",
      },
      servers: [
        {
          identity: {
            kind: "pod",
            workload: { namespace: "shop", kind: "Deployment", name: "web" },
            pod: "web-abc-1",
            node: "node-1",
          },
          ip: "10.244.1.5",
          port: 8080,
        },
      ],
      service: { namespace: "shop", name: "web" },
      resolution: "endpoints",
    });
  },
);

await t.test(
  "what the wire showed goes before what the API says, and the Service is known from any view",
  async (t) => {
    const state = stateOf(...web, service("web", webSpec));
    const views = [{ client: endpoint("10.244.1.9:40000"), server: endpoint("10.96.0.5:80") }];
    t.same(asked(state, from("10.244.2.5:9999", { nat: views })), {
      servers: ["Deployment/web 9999"],
      service: "web",
      resolution: "address",
    });
    t.same(asked(state, from("10.244.2.5:8080")), {
      servers: ["Deployment/web 8080"],
      service: undefined,
      resolution: "address",
    });
  },
);

await t.test("who answered for a Service is compared with who its EndpointSlices say may", async (t) => {
  const state = stateOf(...web, podOf("api", "1", { ip: "10.244.1.6" }), service("web", webSpec));
  const nat = [{ client: endpoint("10.244.1.9:40000"), server: endpoint("10.96.0.5:80") }];
  const backend = (server: string, views = nat) => state.identifyConnection(from(server, { nat: views })).backend;
  t.same(
    [backend("10.244.1.5:8080"), backend("10.244.1.5:9999"), backend("10.244.1.6:8080"), backend("10.244.1.77:8080")],
    ["told", "untold", "untold", undefined],
    "nothing is said of a pod that has gone",
  );
  t.same([backend("10.244.1.5:8080", []), backend("10.96.0.5:80", [])], [undefined, undefined]);
});

await t.test(
  "a Service whose endpoints are not known yet leads to the pods that it selects, or to a port unconfirmed",
  async (t) => {
    const pods = web.slice(0, 4);
    const ports = (targetPort: unknown) => ({ ...webSpec, ports: [{ port: 80, protocol: "TCP", targetPort }] });
    const expected = { servers: ["Deployment/web 8080"], service: "web", resolution: "endpoints" };
    t.same(asked(stateOf(...pods, service("web", ports(8080))), from("10.96.0.5:80")), expected);
    t.same(asked(stateOf(...pods, service("web", ports("http"))), from("10.96.0.5:80")), expected);
    t.same(
      asked(stateOf(...pods, service("web", ports("unnamed"))), from("10.96.0.5:80")).servers,
      ["Deployment/web ?"],
      "no pod names such a port",
    );
    const alone = stateOf(service("web", webSpec));
    t.same(alone.identifyConnection(from("10.96.0.5:80")).servers, [
      {
        identity: { kind: "unresolved", reason: "the address of Service shop/web, whose endpoints are not known" },
        ip: "10.96.0.5",
        port: undefined,
      },
    ]);
  },
);

await t.test("several endpoint ports under one name are all kept: 80 on one pod and 8080 on another", async (t) => {
  const objects = [
    podOf("web", "1", { ip: "10.244.1.5", labels: { site: "x" } }),
    podOf("api", "1", { ip: "10.244.1.6", labels: { site: "x" } }),
    podOf("web", "2", { ip: "10.244.1.7", labels: { site: "x" } }),
    service("site", { ...webSpec, selector: { site: "x" }, ports: [{ name: "http", port: 80, targetPort: "http" }] }),
    slice("site", "site-1", [{ name: "http", port: 80 }], [{ ip: "10.244.1.5" }, { ip: "10.244.1.6" }]),
    slice("site", "site-2", [{ name: "http", port: 8080 }], [{ ip: "10.244.1.7" }]),
  ];
  const servers = ["Deployment/web 80", "Deployment/api 80", "Deployment/web 8080"];
  t.same(asked(stateOf(...objects), from("10.96.0.5:80")).servers, servers);
  t.same(
    asked(stateOf(...objects.toReversed()), from("10.96.0.5:80")).servers,
    servers,
    "whatever the order they came in",
  );
});

await t.test("a Service without a selector leads to its endpoints, outside or on a node", async (t) => {
  const state = stateOf(
    node("node-1", "192.168.1.1"),
    service("mail", { clusterIP: "10.96.0.9", ports: [{ port: 25, targetPort: 25 }] }),
    slice(
      "mail",
      "mail-1",
      [{ name: "", port: 2525 }],
      [{ ip: "203.0.113.25" }, { ip: "192.168.7.7" }, { ip: "192.168.1.1" }],
    ),
    service("name", { type: "ExternalName", externalName: "db.example.com" }),
  );
  t.same(asked(state, from("10.96.0.9:25")), {
    servers: ["host 192.168.1.1 2525", "external 192.168.7.7 2525", "external 203.0.113.25 2525"],
    service: "mail",
    resolution: "endpoints",
  });
});

await t.test("the Service's own labels and its name play no part: the peer is the workload behind it", async (t) => {
  const labelled = {
    ...service("web", webSpec),
    metadata: { name: "web", namespace: "shop", labels: { app: "facade" } },
  };
  t.same(asked(stateOf(...web, labelled), from("10.96.0.5:80")).servers, ["Deployment/web 8080"]);
});

const balancer = (name: string, port: number, nodePort: number) => [
  podOf(name, "1", { ip: `10.244.1.${port % 100}` }),
  service(
    name,
    {
      type: "LoadBalancer",
      selector: { app: name },
      clusterIP: `10.96.1.${port % 100}`,
      ports: [{ port, targetPort: 8443, nodePort }],
    },
    "shop",
    { loadBalancer: { ingress: [{ ip: "203.0.113.1" }] } },
  ),
  slice(name, name, [{ name: "", port: 8443 }], [{ ip: `10.244.1.${port % 100}` }]),
];

await t.test("two LoadBalancer Services on one external address: address and port decide", async (t) => {
  const state = stateOf(...balancer("a", 443, 30_443), ...balancer("b", 444, 30_444), node("node-1", "192.168.1.1"));
  t.same(
    ["203.0.113.1:443", "203.0.113.1:444", "192.168.1.1:30444"].map((server) => asked(state, from(server)).servers),
    [["Deployment/a 8443"], ["Deployment/b 8443"], ["Deployment/b 8443"]],
  );
  t.same(
    asked(state, from("203.0.113.2:30444")).servers,
    ["external 203.0.113.2 30444"],
    "a nodePort is at nodes only",
  );
  t.same(asked(state, from("203.0.113.1:22")).servers, ["unresolved 203.0.113.1 22"]);
});

await t.test("a balancer's address that nothing on the nodes rewrites stays outside", async (t) => {
  const spec = { type: "LoadBalancer", clusterIP: "10.96.0.5", ports: [{ port: 80 }] };
  const proxied = {
    loadBalancer: { ingress: [{ ip: "203.0.113.1", ipMode: "Proxy" }, { hostname: "lb.example.com" }] },
  };
  t.same(asked(stateOf(service("web", spec, "shop", proxied)), from("203.0.113.1:80")).servers, [
    "external 203.0.113.1 80",
  ]);
});

await t.test("a webhook Service 443 -> 10250 leads to port 10250", async (t) => {
  const state = stateOf(
    podOf("hook", "1", { ip: "10.244.1.5" }),
    service("hook", {
      selector: { app: "hook" },
      clusterIP: "10.96.0.5",
      ports: [{ name: "https", port: 443, targetPort: "https" }],
    }),
    slice("hook", "hook-1", [{ name: "https", port: 10_250 }], [{ ip: "10.244.1.5" }]),
  );
  t.same(asked(state, connection("192.168.1.1:50000", "10.96.0.5:443")).servers, ["Deployment/hook 10250"]);
});

await t.test("a pod calling kubernetes.default is led to the API server's own address and real port", async (t) => {
  const state = new ClusterState();
  const text = readFileSync(new URL("files/shop.yaml", import.meta.url), "utf8");
  state.replace(parseClusterText(text, "shop.yaml"), us("12:00:00"));
  t.same(asked(state, connection("10.244.1.5:40000", "10.96.0.1:443")), {
    servers: ["host 192.168.56.11 6443"],
    service: "kubernetes",
    resolution: "endpoints",
  });
  t.same(asked(state, connection("10.244.1.5:40000", "192.168.56.12:30080")).servers, ["Deployment/web 8080"]);
  t.same(asked(state, connection("10.244.1.5:40000", "10.96.0.10:53", { protocol: "UDP" })).servers, [
    "Deployment/coredns 53",
  ]);
});

await t.test("kube-proxy doesn't translate between families: each address leads to endpoints of its own", async (t) => {
  const state = stateOf(
    podOf("web", "1", { ips: ["10.244.1.5", "fd00::5"] }),
    service("web", { ...webSpec, clusterIPs: ["10.96.0.5", "fd00:96::5"] }),
    slice("web", "web-v4", [{ name: "", port: 8080 }], [{ ip: "10.244.1.5" }]),
    slice("web", "web-v6", [{ name: "", port: 8086 }], [{ ip: "fd00::5" }]),
  );
  t.same(
    ["10.96.0.5:80", "fd00:96::5:80"].map((server) => asked(state, from(server)).servers),
    [["Deployment/web 8080"], ["Deployment/web 8086"]],
  );
});

await t.test("an endpoint whose pod came after the connection was none when it began", async (t) => {
  const state = stateOf(
    podOf("web", "1", { ip: "10.244.1.5", start: "10:00:00" }),
    podOf("api", "1", { ip: "10.244.1.6", start: "11:00:00" }),
    service("web", webSpec),
    slice("web", "web-1", [{ name: "", port: 8080 }], [{ ip: "10.244.1.5" }, { ip: "10.244.1.6" }]),
  );
  t.same(asked(state, from("10.96.0.5:80", { start: "10:30:00" })).servers, ["Deployment/web 8080"]);
  t.same(asked(state, from("10.96.0.5:80", { start: "11:30:00" })).servers, [
    "Deployment/web 8080",
    "Deployment/api 8080",
  ]);
});

const claim = (name: string, ip: string) => [
  podOf(name, "1", { ip }),
  service(name, {
    selector: { app: name },
    externalIPs: ["203.0.113.7"],
    clusterIP: `10.96.2.${ip.at(-1) ?? ""}`,
    ports: [{ port: 80, targetPort: 80 }],
  }),
];

await t.test("an external address that two Services claim may be either's, and neither is named", async (t) => {
  t.same(asked(stateOf(...claim("a", "10.244.1.1"), ...claim("b", "10.244.1.2")), from("203.0.113.7:80")), {
    servers: ["Deployment/a 80", "Deployment/b 80"],
    service: undefined,
    resolution: "endpoints",
  });
});

await t.test("NodeLocal DNSCache is a host, and its link-local traffic is not thrown away", async (t) => {
  t.same(asked(stateOf(), from("169.254.20.10:53", { protocol: "UDP" })).servers, ["host 169.254.20.10 53"]);
});

const older = (one: string, other: string, rest: Partial<Connection> = {}): Connection => ({
  ...connection(one, other),
  outcome: "inferred",
  direction: "unknown",
  ...rest,
});

await t.test("a connection older than capture goes to the end that a Service or a pod declares", async (t) => {
  const state = stateOf(
    ...deployment("web", { app: "web" }),
    podOf("web", "1", { ip: "10.244.1.5", ports: [{ containerPort: 8080, protocol: "TCP" }] }),
    service("web", { clusterIP: "10.96.0.5", ports: [{ port: 80, targetPort: 8080 }] }),
  );
  const told = (one: string, other: string, rest?: Partial<Connection>): Connection =>
    state.identifyConnection(older(one, other, rest)).connection;
  t.match(told("10.244.1.5:8080", "10.244.1.9:40000"), {
    client: { ip: "10.244.1.9", port: 40000 },
    server: { ip: "10.244.1.5", port: 8080 },
    direction: undefined,
    inferredFrom: "cluster",
  });
  t.match(told("10.244.1.9:40000", "10.96.0.5:80"), { server: { port: 80 }, inferredFrom: "cluster" });
  // Neither end is declared, and the lower port says nothing; half a conversation may be forged.
  t.match(told("10.244.1.5:8081", "10.244.1.9:40000"), { client: { port: 8081 }, direction: "unknown" });
  t.match(told("10.244.1.5:8080", "10.244.1.9:40000", { oneSided: true }), { direction: "unknown" });
});

await t.test("who asks a headless Service asks its pods, at the port that they listen on", async (t) => {
  const headless = service("web", { ...webSpec, clusterIP: "None", clusterIPs: ["None"] });
  const expected = { servers: ["Deployment/web 8080"], service: undefined, resolution: "address" };
  t.same(asked(stateOf(...web, headless), from("10.244.2.5:8080")), expected);
});

await t.test("an ExternalName has no address, and lends none to the outside that it names", async (t) => {
  const external = service("bank", { type: "ExternalName", externalName: "bank.example", ports: [{ port: 443 }] });
  const expected = { servers: ["external 203.0.113.7 443"], service: undefined, resolution: "address" };
  t.same(asked(stateOf(external), from("203.0.113.7:443")), expected);
});

await t.test("external addresses lead to the pods on the Service's ports only", async (t) => {
  const state = stateOf(...web, service("web", { ...webSpec, externalIPs: ["203.0.113.7"] }));
  t.same(asked(state, from("203.0.113.7:80")).servers, ["Deployment/web 8080"]);
  t.same(asked(state, from("203.0.113.7:443")), {
    servers: ["unresolved 203.0.113.7 443"],
    service: undefined,
    resolution: "address",
  });
});

await t.test("a pod that is on its way out and still serves may have answered", async (t) => {
  const conditions = { ready: false, serving: true, terminating: true };
  const told = slice("web", "web-1", [{ name: "", port: 8080, protocol: "TCP" }], [{ ip: "10.244.1.5", pod: "x" }]);
  const [endpointTold] = told["endpoints"] as readonly object[];
  const leaving = { ...told, endpoints: [{ ...endpointTold, conditions }] };
  const pods = web.filter(({ kind }) => kind !== "EndpointSlice");
  t.same(asked(stateOf(...pods, leaving, service("web", webSpec)), from("10.96.0.5:80")).servers, [
    "Deployment/web 8080",
  ]);
});

for (const policy of [
  { externalTrafficPolicy: "Local", internalTrafficPolicy: "Local" },
  { externalTrafficPolicy: "Cluster", sessionAffinity: "ClientIP" },
])
  await t.test(`which pods may answer is the same for all nodes under ${JSON.stringify(policy)}`, async (t) => {
    const ports = [{ ...webSpec.ports[0], nodePort: 30_080 }];
    const nodes = [node("node-1", "192.168.0.1"), node("node-2", "192.168.0.2")];
    const state = stateOf(...web, ...nodes, service("web", { ...webSpec, ...policy, type: "NodePort", ports }));
    for (const server of ["192.168.0.1:30080", "192.168.0.2:30080", "10.96.0.5:80"])
      t.same(asked(state, from(server)).servers, ["Deployment/web 8080"], server);
  });
