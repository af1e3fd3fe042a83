import { isObject } from "../json-object.ts";
import type { ApiResource } from "../resource/api-resource.ts";
import type { ApiObject } from "../store/api-object.ts";
import { fill } from "./fill.ts";
import { admitPod, qosClassOf } from "./pod-defaults.ts";

/** What a kind's strategy and the admission plugins set behind the managed fields, so that nobody owns it. */
export function prepareNew({ id }: ApiResource, object: ApiObject): ApiObject {
  if (id === "pods") {
    admitPod(object);
    object["status"] = { phase: "Pending", qosClass: qosClassOf(object["spec"]) };
  }
  if (id === "namespaces") {
    fill(object, "spec", {});
    const { spec } = object;
    if (isObject(spec)) fill(spec, "finalizers", ["kubernetes"]);
  }
  return object;
}
