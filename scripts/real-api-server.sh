#!/usr/bin/env bash
# A real API server on this machine, to hold weir and the tests' own API server against: kube-apiserver, built from the
# source that Debian makes kubectl of, and Debian's etcd. docs/real-api-server.md says what was seen.
#   scripts/real-api-server.sh build FOLDER    some ten minutes, once; Debian 12 has Kubernetes 1.20.2
#   scripts/real-api-server.sh run FOLDER      empty, on loopback, until Ctrl-C; prints where its kubeconfig is
set -euo pipefail
[ $# = 2 ] || { sed -n '2,/^set/p' "$0" | grep '^#' >&2; exit 2; }
mkdir -p "$2"
folder=$(cd "$2" && pwd)
port=${PORT:-16443}

build() {
  apt-get install -y -qq --no-install-recommends golang-go golang-github-modern-go-reflect2-dev etcd-server openssl >/dev/null
  cd "$folder"
  # The sources of the same mirror and release that this machine has its packages from.
  uri=$(apt-get indextargets --format '$(SITE) $(RELEASE)' 'Created-By: Packages' | awk '!/security|updates/ {print $1; exit}')
  release=$(. /etc/os-release && echo "$VERSION_CODENAME")
  mkdir -p apt/lists/partial
  echo "deb-src $uri $release main" > apt/sources.list
  apt=(-o "Dir::Etc::SourceList=$folder/apt/sources.list" -o Dir::Etc::SourceParts=- -o "Dir::State::Lists=$folder/apt/lists")
  apt-get "${apt[@]}" update -qq
  apt-get "${apt[@]}" source -qq --download-only kubernetes
  export GOPATH=$folder/gopath GO111MODULE=off GOCACHE=$folder/cache GOFLAGS= CGO_ENABLED=0
  home=$GOPATH/src/k8s.io/kubernetes
  rm -rf "$home" && mkdir -p "$home"
  tar xzf kubernetes_*.orig.tar.gz --strip-components=1 -C "$home"
  cd "$home"
  # The copy of reflect2 in there breaks under Go 1.18 and later: maps would be read through stray pointers.
  rm vendor/github.com/modern-go/reflect2/*.go
  cp /usr/share/gocode/src/github.com/modern-go/reflect2/*.go vendor/github.com/modern-go/reflect2/
  # Upstream generates this one file as part of its build.
  go build -o "$folder/openapi-gen" ./vendor/k8s.io/kube-openapi/cmd/openapi-gen
  described=$(grep -rl '+k8s:openapi-gen=' --include='*.go' pkg staging/src/k8s.io \
    | grep -v -e /_examples/ -e /code-generator/ -e /sample- -e /testdata/ | xargs -n 1 dirname | sort -u \
    | sed 's#^staging/src/#k8s.io/kubernetes/vendor/#; s#^pkg#k8s.io/kubernetes/pkg#' | paste -sd ,)
  "$folder/openapi-gen" --go-header-file hack/boilerplate/boilerplate.generatego.txt -O zz_generated.openapi \
    --input-dirs "$described" --output-base "$GOPATH/src" --output-package k8s.io/kubernetes/pkg/generated/openapi \
    --report-filename "$folder/openapi-violations.txt"
  # It calls itself v0.0.0-master: upstream's release tools set that.
  go build -tags providerless -o "$folder/kube-apiserver" ./cmd/kube-apiserver
  echo "real-api-server: built $folder/kube-apiserver"
}

run() {
  cd "$folder"
  rm -rf etcd certificates && mkdir certificates
  [ -e account.key ] || openssl genrsa -out account.key 2048 2>/dev/null
  echo 'admin-token,admin,1,"system:masters"' > tokens.csv
  etcd=http://127.0.0.1:$((port + 1)) peers=http://127.0.0.1:$((port + 2))
  trap 'exit 0' INT TERM
  trap 'kill $(jobs -p) 2>/dev/null' EXIT
  etcd --data-dir etcd --unsafe-no-fsync --listen-client-urls "$etcd" --advertise-client-urls "$etcd" \
    --listen-peer-urls "$peers" --initial-advertise-peer-urls "$peers" --initial-cluster "default=$peers" >etcd.log 2>&1 &
  # Without controllers nothing makes the accounts that the ServiceAccount plugin asks for.
  ./kube-apiserver --etcd-servers "$etcd" --secure-port "$port" --bind-address 127.0.0.1 --cert-dir certificates \
    --service-cluster-ip-range 10.96.0.0/16 --authorization-mode Node,RBAC --token-auth-file tokens.csv \
    --service-account-key-file account.key --service-account-signing-key-file account.key \
    --service-account-issuer https://kubernetes.default.svc --api-audiences https://kubernetes.default.svc \
    --disable-admission-plugins ServiceAccount >api-server.log 2>&1 &
  server=https://127.0.0.1:$port
  cat > kubeconfig <<EOF
apiVersion: v1
kind: Config
clusters: [{ name: real, cluster: { server: "$server", certificate-authority: "$folder/certificates/apiserver.crt" } }]
users: [{ name: admin, user: { token: admin-token } }]
contexts: [{ name: real, context: { cluster: real, user: admin } }]
current-context: real
EOF
  for _ in $(seq 60); do
    ! kubectl --kubeconfig kubeconfig get --raw /readyz >/dev/null 2>&1 || break
    sleep 1
  done
  echo "real-api-server: $(kubectl --kubeconfig kubeconfig get --raw /version | tr -d ' \n') KUBECONFIG=$folder/kubeconfig"
  wait
}

"$1"
