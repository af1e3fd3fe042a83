import type { RequestInfo } from "./http/request-info.ts";

export interface Count {
  requests: number;
  /** Of bodies, as they were sent: after compression. */
  bytes: number;
}

/** Of requests that have been answered, the newest are kept. */
const MOST_REQUESTS = 10_000;

export interface SeenRequest {
  readonly method: string;
  /** With its query. */
  readonly url: string;
  readonly authorization: string | undefined;
}

/** What clients have cost: requests and bytes by verb and resource. */
export class RequestCounts {
  #counts = new Map<string, Count>();
  #seen: SeenRequest[] = [];

  /** Counts a request; what is given back counts the bytes of its answer. */
  add({ verb, target, path }: RequestInfo, seen: SeenRequest): (bytes: number) => void {
    this.#seen.push(seen);
    if (this.#seen.length > 2 * MOST_REQUESTS) this.#seen.splice(0, MOST_REQUESTS);
    const count = this.#countOf(`${verb} ${target === undefined ? path : resourceOf(target)}`);
    count.requests += 1;
    return (bytes) => {
      count.bytes += bytes;
    };
  }

  get seen(): readonly SeenRequest[] {
    return this.#seen;
  }

  /** By `list pods`, `watch endpointslices.discovery.k8s.io`, `get /version`. */
  all(): Readonly<Record<string, Count>> {
    return Object.fromEntries([...this.#counts].sort(([a], [b]) => (a < b ? -1 : 1)));
  }

  total(): Count {
    const sum = { requests: 0, bytes: 0 };
    for (const { requests, bytes } of this.#counts.values()) {
      sum.requests += requests;
      sum.bytes += bytes;
    }
    return sum;
  }

  /** From now on; answers that are still under way count anew from here. */
  reset(): void {
    for (const count of this.#counts.values()) Object.assign(count, { requests: 0, bytes: 0 });
    this.#seen = [];
  }

  #countOf(name: string): Count {
    const known = this.#counts.get(name);
    if (known !== undefined) return known;
    const made = { requests: 0, bytes: 0 };
    this.#counts.set(name, made);
    return made;
  }
}

function resourceOf({ resource, group, subresource }: NonNullable<RequestInfo["target"]>): string {
  const id = group === "" ? resource : `${resource}.${group}`;
  return subresource === "" ? id : `${id}/${subresource}`;
}
