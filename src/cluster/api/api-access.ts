import type { RequestOptions } from "node:https";

/** Where the API server is, and what a request to it must carry. */
export interface ApiAccess {
  readonly server: string;
  /** Made anew for each request: tokens and certificates are renewed while weir runs. */
  readonly requestOptions: () => Promise<RequestOptions>;
}
