import t from "tap";
import { parse } from "yaml";
import { kubernetesList } from "../../demo/lab/kubernetes-list.ts";
import { layOut } from "../../demo/lab/layout.ts";
import { dualStack } from "../../demo/shop/families.ts";
import { shop } from "../../demo/shop/shop.ts";

interface KubernetesObject {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
}

const startedAt = new Date("2026-05-04T03:02:01.900Z");
const { items } = parse(kubernetesList(layOut(shop(dualStack)), startedAt)) as { items: readonly KubernetesObject[] };

await t.test("the list holds what kubectl would be asked for, owners and all", async (t) => {
  t.strictSame(items.map(nameOf), [
    "Namespace data",
    "Namespace kube-system",
    "Namespace shop",
    "Node node-1",
    "Pod kube-system/coredns-2sszvkf25m-6z5gb",
    "Pod shop/jclient-dznpq66dpk-v28g2",
    "Pod shop/jclient-dznpq66dpk-5wm6n",
    "Pod shop/javaapp-xm9pxddb27-x8qx2",
    "Pod shop/javaapp-xm9pxddb27-zfk5s",
    "Pod data/db-0",
    "Service kube-system/kube-dns",
    "Service shop/javaapp",
    "Service data/db",
    "EndpointSlice kube-system/kube-dns-ipv4",
    "EndpointSlice shop/javaapp-ipv4",
    "EndpointSlice shop/javaapp-ipv6",
    "EndpointSlice data/db-ipv4",
    "EndpointSlice data/db-ipv6",
    "Deployment kube-system/coredns",
    "Deployment shop/jclient",
    "Deployment shop/javaapp",
    "ReplicaSet kube-system/coredns-2sszvkf25m",
    "ReplicaSet shop/jclient-dznpq66dpk",
    "ReplicaSet shop/javaapp-xm9pxddb27",
    "StatefulSet data/db",
  ]);
});

await t.test("a pod is as the API server shows a running one", async (t) => {
  t.strictSame(
    items.find((item) => nameOf(item) === "Pod data/db-0"),
    {
      apiVersion: "v1",
      kind: "Pod",
      metadata: {
        creationTimestamp: "2026-05-04T03:02:01Z",
        labels: {
          app: "db",
          "apps.kubernetes.io/pod-index": "0",
          "controller-revision-hash": "db-p98fppfsb7",
          "statefulset.kubernetes.io/pod-name": "db-0",
        },
        name: "db-0",
        namespace: "data",
        ownerReferences: [
          {
            apiVersion: "apps/v1",
            blockOwnerDeletion: true,
            controller: true,
            kind: "StatefulSet",
            name: "db",
            uid: "dbc3568a-3461-4256-8245-1affc21aa249",
          },
        ],
        resourceVersion: "1",
        uid: "c40900c9-8d48-4795-8c3b-eaabfa8a9da3",
      },
      spec: {
        containers: [
          {
            image: "shop.example/database:1.0",
            name: "db",
            ports: [{ containerPort: 6379, name: "redis", protocol: "TCP" }],
          },
        ],
        nodeName: "node-1",
        restartPolicy: "Always",
      },
      status: {
        conditions: [{ lastTransitionTime: "2026-05-04T03:02:01Z", status: "True", type: "Ready" }],
        hostIP: "192.168.50.11",
        hostIPs: [{ ip: "192.168.50.11" }, { ip: "2001:db8:50::11" }],
        phase: "Running",
        podIP: "10.244.1.7",
        podIPs: [{ ip: "10.244.1.7" }, { ip: "fd00:10:244:1::7" }],
        startTime: "2026-05-04T03:02:01Z",
      },
    },
  );
});

function nameOf({ kind, metadata: { name, namespace } }: KubernetesObject): string {
  return `${kind} ${namespace === undefined ? "" : `${namespace}/`}${name}`;
}
