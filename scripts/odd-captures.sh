#!/usr/bin/env bash
# Capture files that Debian's packages of other programs carry, odd ones above all: fetched into build/, nothing of them
# is installed. Then weir reads them all beside Wireshark's capinfos. With a folder: only what is unpacked there already.
set -euo pipefail
cd "$(dirname "$0")/.."
PATH=$PWD/node_modules/.bin:$PATH
folder=$(realpath -m "${1:-build/odd-captures}")
binaries=(golang-github-google-gopacket-dev pathspider sip-tester eso-midas python3-libtrace python3-dpkt pcapfix tcptrace)
sources=(libpcap tcpdump wireshark ndpi tcpflow dnscap pcapfix p0f)

fetch() {
  local list=$folder/deb-src.sources options
  mkdir -p "$folder/packages" "$folder/lists/partial"
  sed 's/^Types:.*/Types: deb-src/' /etc/apt/sources.list.d/debian.sources >"$list"
  options=(-o "Dir::Etc::sourcelist=$list" -o Dir::Etc::sourceparts=/dev/null -o "Dir::State::lists=$folder/lists")
  apt-get "${options[@]}" update -qq || echo "odd-captures: no list of source packages here"
  cd "$folder/packages"
  for package in "${binaries[@]}"; do
    apt-get download -qq "$package" || { echo "odd-captures: skipped, not to be had here: $package"; continue; }
    dpkg -x "$package"_*.deb "$folder/$package"
  done
  for package in "${sources[@]}"; do
    apt-get "${options[@]}" source --download-only -qq "$package" ||
      echo "odd-captures: not to be had here, or only in part: $package"
    for archive in "$package"_*.orig.tar.*[xz2]; do
      [ -e "$archive" ] || continue
      mkdir -p "$folder/source-$package"
      tar -xf "$archive" -C "$folder/source-$package"
    done
  done
  cd - >/dev/null
}

command -v capinfos >/dev/null || { echo "odd-captures: skipped: there is no capinfos (package wireshark-common)"; exit 0; }
if [ $# = 0 ] && [ ! -d "$folder/packages" ]; then
  command -v apt-get >/dev/null || { echo "odd-captures: skipped: this is no Debian"; exit 0; }
  fetch
fi
exec node --disable-warning=ExperimentalWarning test/fuzz/odd-captures.ts "$folder"
