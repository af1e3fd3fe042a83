import type { TokenBook } from "./access/token-book.ts";
import type { User } from "./access/user.ts";
import type { Answer } from "./http/answer.ts";
import type { Representation } from "./http/representation.ts";
import type { RequestInfo, Target } from "./http/request-info.ts";
import type { Watches } from "./read/watches.ts";
import type { ApiResource } from "./resource/api-resource.ts";
import type { ResourceRegistry } from "./resource/resource-registry.ts";
import type { SchemaBook } from "./schema/schema-book.ts";
import type { Settings } from "./settings.ts";
import type { ObjectStore } from "./store/object-store.ts";

/** What every answer is made from. */
export interface ApiContext {
  readonly store: ObjectStore;
  readonly resources: ResourceRegistry;
  readonly schemas: SchemaBook;
  readonly watches: Watches;
  readonly tokens: TokenBook;
  readonly settings: Settings;
}

/** A request about a resource that is served, allowed, and understood so far. */
export interface Exchange {
  readonly context: ApiContext;
  readonly info: RequestInfo;
  readonly target: Target;
  readonly resource: ApiResource;
  /** Empty for resources without one. */
  readonly namespace: string;
  readonly representation: Representation;
  readonly user: User;
  readonly answer: Answer;
}
