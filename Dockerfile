# One image for the agent and for capture, on x86-64 and arm64:
#   docker buildx build --platform linux/amd64,linux/arm64 -t REGISTRY/weir:0.1.0 --push .
# Both stages are the same Debian with the same Node.js, so that what is built in one runs in the other.
FROM node:24-bookworm-slim AS build
RUN apt-get update \
 && apt-get install -y --no-install-recommends g++ libpcap-dev make patch python3
WORKDIR /opt/weir
COPY package.json package-lock.json ./
# The optional packages are the Node.js that a developer's machine gets; the image has its own.
RUN npm ci --ignore-scripts --omit=dev --omit=optional --no-audit --no-fund
COPY scripts/node-pcap.patch scripts/
# The one addon, with our patch and against the headers of the Node.js at hand: nothing is fetched for it. node-gyp reads the
# variable by itself; npm is about to stop knowing the flag.
RUN patch --directory=node_modules/pcap --strip=1 < scripts/node-pcap.patch \
 && npm_config_nodedir=/usr/local npm rebuild pcap --ignore-scripts=false \
 && test -e node_modules/pcap/build/Release/pcap_binding.node \
 && rm -rf node_modules/pcap/build/Release/obj.target node_modules/pcap/build/Release/.deps \
 && find node_modules -type f \( -name '*.map' -o -name '*.md' -o -name '*.d.ts' -o -name '*.d.mts' -o -name '*.d.cts' \) -delete

FROM node:24-bookworm-slim
RUN apt-get update \
 && apt-get install -y --no-install-recommends libpcap0.8 \
 && rm -rf /var/lib/apt/lists/* \
 && groupadd --gid 65532 weir \
 && useradd --uid 65532 --gid 65532 --no-create-home --home-dir /var/lib/weir --shell /usr/sbin/nologin weir \
 && install -d -o 65532 -g 65532 -m 0700 /var/lib/weir
WORKDIR /opt/weir
COPY package.json LICENSE ./
COPY bin bin
COPY src src
COPY --from=build /opt/weir/node_modules node_modules
COPY scripts/fill-compile-cache.sh scripts/
# Capture runs as root, the agent does not, and each user has a compile cache of its own.
RUN install -d -m 1777 node_modules/.cache/weir \
 && scripts/fill-compile-cache.sh \
 && setpriv --reuid 65532 --regid 65532 --clear-groups scripts/fill-compile-cache.sh \
 && chmod 0755 node_modules/.cache/weir
USER 65532:65532
ENTRYPOINT ["/opt/weir/bin/weir"]
