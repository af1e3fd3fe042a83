import type { Connection } from "../flow/connection.ts";
import type { Identity, ServiceRef } from "./identity.ts";

export interface Party {
  readonly identity: Identity;
  readonly ip: string;
}

export interface ServerParty extends Party {
  /** The port a policy is evaluated on: the pod's own, after DNAT. Undefined where a Service's endpoints are not known yet. */
  readonly port: number | undefined;
}

/** How it is known who the server was. */
export type Resolution =
  /** The server's own address was seen on the wire. */
  | "address"
  /** Only a Service's address was seen; its EndpointSlices gave the pods behind it. */
  | "endpoints";

/** A connection whose two ends have been given their names, as of the moment it began. */
export interface Flow {
  readonly connection: Connection;
  readonly client: Party;
  /** One, save where only the address of a Service with several backends was seen. Never empty. */
  readonly servers: readonly [ServerParty, ...ServerParty[]];
  /** The Service the client asked for, where one is known. */
  readonly service: ServiceRef | undefined;
  readonly resolution: Resolution;
  /**
   * Where the wire showed both a Service's address and who answered: whether its EndpointSlices tell of that
   * answerer. Absent where there is nothing to compare with.
   */
  readonly backend?: "told" | "untold";
}
