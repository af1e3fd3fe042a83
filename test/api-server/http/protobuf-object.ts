import protobuf from "protobufjs";
import type { JsonObject } from "../json-object.ts";
import { badRequest } from "./api-status.ts";

export const PROTOBUF = "application/vnd.kubernetes.protobuf";

/** "Protobuf encoding": four octets in front of a message that tells its kind and holds the object. */
const MAGIC = Buffer.from("k8s\0");

/**
 * What kubectl and other Go clients write in protobuf, whatever they ask for in return: questions, and the small
 * objects that `kubectl create` makes. The messages are k8s.io/api's, with the fields that are read here; other kinds
 * are taken as JSON and YAML only.
 */
const MESSAGES = protobuf.parse(`
  syntax = "proto3";
  message TypeMeta { string apiVersion = 1; string kind = 2; }
  message Unknown { TypeMeta typeMeta = 1; bytes raw = 2; }
  message ObjectMeta {
    string name = 1; string generateName = 2; string namespace = 3; map<string, string> labels = 11;
    map<string, string> annotations = 12;
  }
  message Named { ObjectMeta metadata = 1; }
  message Rule {
    repeated string verbs = 1; repeated string apiGroups = 2; repeated string resources = 3;
    repeated string resourceNames = 4; repeated string nonResourceURLs = 5;
  }
  message Role { ObjectMeta metadata = 1; repeated Rule rules = 2; }
  message Subject { string kind = 1; string apiGroup = 2; string name = 3; string namespace = 4; }
  message RoleRef { string apiGroup = 1; string kind = 2; string name = 3; }
  message RoleBinding { ObjectMeta metadata = 1; repeated Subject subjects = 2; RoleRef roleRef = 3; }
  message ResourceAttributes {
    string namespace = 1; string verb = 2; string group = 3; string version = 4; string resource = 5;
    string subresource = 6; string name = 7;
  }
  message NonResourceAttributes { string path = 1; string verb = 2; }
  message AccessSpec {
    ResourceAttributes resourceAttributes = 1; NonResourceAttributes nonResourceAttributes = 2; string user = 3;
    repeated string groups = 4;
  }
  message SubjectAccessReview { ObjectMeta metadata = 1; AccessSpec spec = 2; }
  message RulesSpec { string namespace = 1; }
  message SelfSubjectRulesReview { ObjectMeta metadata = 1; RulesSpec spec = 2; }
  message TokenSpec { string token = 1; repeated string audiences = 2; }
  message TokenReview { ObjectMeta metadata = 1; TokenSpec spec = 2; }
  message BoundObject { string kind = 1; string apiVersion = 2; string name = 3; string uid = 4; }
  message TokenRequestSpec { repeated string audiences = 1; BoundObject boundObjectRef = 3; int32 expirationSeconds = 4; }
  message TokenRequest { ObjectMeta metadata = 1; TokenRequestSpec spec = 2; }
  message Preconditions { string uid = 1; string resourceVersion = 2; }
  message DeleteOptions {
    optional int32 gracePeriodSeconds = 1; Preconditions preconditions = 2; string propagationPolicy = 4;
    repeated string dryRun = 5;
  }`).root;

const NAMES: Readonly<Record<string, string>> = {
  SelfSubjectAccessReview: "SubjectAccessReview",
  LocalSubjectAccessReview: "SubjectAccessReview",
  SelfSubjectReview: "Named",
  ServiceAccount: "Named",
  Namespace: "Named",
  ClusterRole: "Role",
  ClusterRoleBinding: "RoleBinding",
};

export function decodeProtobuf(bytes: Buffer): JsonObject {
  if (!bytes.subarray(0, MAGIC.length).equals(MAGIC)) throw badRequest("the body is not in the protobuf of Kubernetes");
  const unknown = decode("Unknown", bytes.subarray(MAGIC.length));
  const { apiVersion, kind } = unknown["typeMeta"] as { readonly apiVersion: string; readonly kind: string };
  return { apiVersion, kind, ...decode(NAMES[kind] ?? kind, unknown["raw"] as Uint8Array) };
}

function decode(name: string, bytes: Uint8Array): JsonObject {
  const type = MESSAGES.get(name);
  if (!(type instanceof protobuf.Type)) throw badRequest(`a ${name} is taken as JSON or YAML only`);
  return type.toObject(type.decode(bytes), { bytes: Buffer });
}
