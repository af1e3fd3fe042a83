/**
 * Microservice demonstrations that everybody can look up, as their own documents and manifests describe them: who
 * listens where, and who calls whom. Written down by us; nothing of theirs is copied.
 */
export interface Application {
  readonly name: string;
  readonly namespace: string;
  /** Those by which its Deployments select their pods; its Services select by the first of them alone. */
  readonly labelsOf: (workload: string) => Readonly<Record<string, string>>;
  /** `listens` is the pods' own port. */
  readonly workloads: Readonly<Record<string, { readonly listens?: number; readonly calls?: readonly string[] }>>;
  /** What is published to the outside, by a LoadBalancer or NodePort. */
  readonly published: string;
  readonly source: string;
}

export const ONLINE_BOUTIQUE: Application = {
  name: "Online Boutique",
  namespace: "boutique",
  labelsOf: (name) => ({ app: name }),
  source: "github.com/GoogleCloudPlatform/microservices-demo, README.md and kubernetes-manifests/",
  published: "frontend",
  workloads: {
    loadgenerator: { calls: ["frontend"] },
    frontend: {
      listens: 8080,
      calls: [
        "adservice",
        "cartservice",
        "checkoutservice",
        "currencyservice",
        "productcatalogservice",
        "recommendationservice",
        "shippingservice",
      ],
    },
    checkoutservice: {
      listens: 5050,
      calls: [
        "cartservice",
        "currencyservice",
        "emailservice",
        "paymentservice",
        "productcatalogservice",
        "shippingservice",
      ],
    },
    recommendationservice: { listens: 8080, calls: ["productcatalogservice"] },
    cartservice: { listens: 7070, calls: ["redis-cart"] },
    adservice: { listens: 9555 },
    currencyservice: { listens: 7000 },
    emailservice: { listens: 8080 },
    paymentservice: { listens: 50051 },
    productcatalogservice: { listens: 3550 },
    shippingservice: { listens: 50051 },
    "redis-cart": { listens: 6379 },
  },
};

export const SOCK_SHOP: Application = {
  name: "Sock Shop",
  namespace: "sock-shop",
  labelsOf: (name) => ({ name }),
  source: "github.com/microservices-demo/microservices-demo, internal-docs/design.md and deploy/kubernetes/",
  published: "front-end",
  workloads: {
    "front-end": { listens: 8079, calls: ["carts", "catalogue", "orders", "user", "session-db"] },
    carts: { listens: 80, calls: ["carts-db"] },
    catalogue: { listens: 80, calls: ["catalogue-db"] },
    orders: { listens: 80, calls: ["orders-db", "carts", "user", "payment", "shipping"] },
    user: { listens: 80, calls: ["user-db"] },
    payment: { listens: 80 },
    shipping: { listens: 80, calls: ["rabbitmq"] },
    "queue-master": { listens: 80, calls: ["rabbitmq"] },
    rabbitmq: { listens: 5672 },
    "carts-db": { listens: 27017 },
    "catalogue-db": { listens: 3306 },
    "orders-db": { listens: 27017 },
    "user-db": { listens: 27017 },
    "session-db": { listens: 6379 },
  },
};

/** Three versions of reviews are three Deployments behind one Service, of which two call ratings. */
export const BOOKINFO: Application = {
  name: "Bookinfo",
  namespace: "bookinfo",
  labelsOf: (name) => {
    const [app = "", version = ""] = name.split("-");
    return { app, version };
  },
  source: "istio.io/latest/docs/examples/bookinfo and samples/bookinfo/platform/kube/",
  published: "productpage-v1",
  workloads: {
    "productpage-v1": { listens: 9080, calls: ["details-v1", "reviews-v1", "reviews-v2", "reviews-v3"] },
    "details-v1": { listens: 9080 },
    "reviews-v1": { listens: 9080 },
    "reviews-v2": { listens: 9080, calls: ["ratings-v1"] },
    "reviews-v3": { listens: 9080, calls: ["ratings-v1"] },
    "ratings-v1": { listens: 9080 },
  },
};

/** Its call to a payment gateway outside, which can be any, is left out. */
export const ROBOT_SHOP: Application = {
  name: "Robot Shop",
  namespace: "robot-shop",
  labelsOf: (name) => ({ service: name }),
  source: "github.com/instana/robot-shop, README.md and K8s/helm/",
  published: "web",
  workloads: {
    web: { listens: 8080, calls: ["catalogue", "user", "cart", "shipping", "payment", "ratings"] },
    catalogue: { listens: 8080, calls: ["mongodb"] },
    user: { listens: 8080, calls: ["mongodb", "redis"] },
    cart: { listens: 8080, calls: ["redis", "catalogue"] },
    shipping: { listens: 8080, calls: ["mysql", "cart"] },
    ratings: { listens: 80, calls: ["mysql", "catalogue"] },
    payment: { listens: 8080, calls: ["cart", "user", "rabbitmq"] },
    dispatch: { calls: ["rabbitmq"] },
    mongodb: { listens: 27017 },
    mysql: { listens: 3306 },
    redis: { listens: 6379 },
    rabbitmq: { listens: 5672 },
  },
};
