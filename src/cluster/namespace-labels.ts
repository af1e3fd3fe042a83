import type { Namespace } from "./objects.ts";

type Labels = Readonly<Record<string, string>>;

/** KEP-2161: every namespace bears its name as a label. */
const NAME_LABEL = "kubernetes.io/metadata.name";

/** With the label that the API server sets; nothing but that where the Namespace is not known. */
export function namespaceLabels(name: string, namespace: Namespace | undefined): Labels {
  return { ...namespace?.metadata.labels, [NAME_LABEL]: name };
}
