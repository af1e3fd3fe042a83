import type { KubernetesObject, Pod } from "./objects.ts";
import { podKey } from "./address/pod-life.ts";

type OfType<K extends KubernetesObject["type"]> = Extract<KubernetesObject, { readonly type: K }>;

/** A set of objects by type. One that is told twice (in two files) counts once, as told last. */
export interface ClusterObjects {
  readonly pods: readonly Pod[];
  readonly controllers: readonly OfType<"Controller">[];
  readonly services: readonly OfType<"Service">[];
  readonly endpointSlices: readonly OfType<"EndpointSlice">[];
  readonly namespaces: readonly OfType<"Namespace">[];
  readonly nodes: readonly OfType<"Node">[];
  readonly networkPolicies: readonly OfType<"NetworkPolicy">[];
  readonly serviceCidrs: readonly OfType<"ServiceCIDR">[];
}

export function clusterObjects(objects: Iterable<KubernetesObject>): ClusterObjects {
  const single = [...new Map(Iterator.from(objects).map((object) => [objectKey(object), object])).values()];
  const ofType = <K extends KubernetesObject["type"]>(type: K): readonly OfType<K>[] =>
    single.filter((object): object is OfType<K> => object.type === type);
  return {
    pods: ofType("Pod"),
    controllers: ofType("Controller"),
    services: ofType("Service"),
    endpointSlices: ofType("EndpointSlice"),
    namespaces: ofType("Namespace"),
    nodes: ofType("Node"),
    networkPolicies: ofType("NetworkPolicy"),
    serviceCidrs: ofType("ServiceCIDR"),
  };
}

/** Two pods in turn may bear one name, and snapshots of two moments may hold them both. */
function objectKey(object: KubernetesObject): string {
  if (object.type === "Pod") return `Pod/${podKey(object)}`;
  const { namespace, name } = object.metadata;
  const kind = object.type === "Controller" ? `${object.apiVersion}/${object.kind}` : object.type;
  return `${kind}/${namespace}/${name}`;
}
