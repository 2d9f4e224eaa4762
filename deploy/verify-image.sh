#!/bin/bash
# Builds deploy/Dockerfile as it stands, without Docker and without a registry, and tries what comes out: by buildah, on
# stand-ins for the official images that the file begins from. A stand-in has their names, is made by debootstrap, and
# holds, for the stage that builds, this machine's Swift.
#
#     sudo deploy/verify-image.sh
#
# It needs root, some 15 GB, and a Debian; what it lacks of debootstrap, buildah and their like it installs. It leaves
# nothing else behind: images live in a folder of their own, mounts and processes in namespaces. The gateway is tried
# as a cluster would run it: its own user, no capability, nothing writable but the volume, process 1, a network of its
# own; and so is what makes the composition's secrets. What a machine may have to say, in the environment:
#
#     SWIFT_HOME  the toolchain's folder, which holds usr/bin/swift; by default that of the swift on PATH
#     MIRROR      where Debian comes from; by default the first of this machine's own sources
#     EXTRA_BIND  folders to show the build under the same path, read-only, such as a mirror of the packages
#     EXTRA_COPY  files to copy into the building stand-in to the same path, such as /etc/gitconfig or certificates
#     FOLDER      where to build; by default under /var/tmp
set -euo pipefail

fail() { echo "error: $*" >&2; exit 1; }
step() { echo "== $* ($SECONDS s)"; }

cd "$(dirname "$0")/.."
(( EUID == 0 )) || fail "run this as root: it makes a Debian in a folder"

if [[ -z ${IN_NAMESPACE:-} ]]; then
    .ci/deps buildah curl debootstrap iproute2 util-linux
    for program in buildah curl debootstrap ip nsenter; do
        command -v "$program" > /dev/null || fail "$program is missing"
    done
    swift=$(command -v swift || true)
    SWIFT_HOME=${SWIFT_HOME:-${swift:+$(dirname "$(dirname "$(dirname "$(readlink -f "$swift")")")")}}
    [[ -x ${SWIFT_HOME:-}/usr/bin/swift ]] || fail "no swift on PATH: set SWIFT_HOME to its folder"
    folder=$(mktemp -d "${FOLDER:-/var/tmp}/auth-gateway-image.XXXXXX")
    status=0
    IN_NAMESPACE=1 SWIFT_HOME=$SWIFT_HOME unshare --mount --pid --fork --kill-child --mount-proc "$0" "$folder" &
    # unshare and the first process of a namespace are deaf to milder signals.
    trap 'kill -KILL $!' INT TERM
    wait $! || status=$?
    # The mounts went with the namespace, so what is left is plain files; --one-file-system in case they did not.
    rm -rf --one-file-system "$folder"
    exit "$status"
fi

folder=$1
mount --make-rprivate /

# Settings of buildah's own, whatever this machine's are: storage in the folder, short names as Docker reads them.
mkdir "$folder/storage" "$folder/run" "$folder/tmp"
echo '{"default": [{"type": "insecureAcceptAnything"}]}' > "$folder/policy.json"
echo 'unqualified-search-registries = ["docker.io"]' > "$folder/registries.conf"
printf '[storage]\ndriver = "vfs"\ngraphroot = "%s"\nrunroot = "%s"\n' "$folder/storage" "$folder/run" \
    > "$folder/storage.conf"
export CONTAINERS_REGISTRIES_CONF=$folder/registries.conf CONTAINERS_STORAGE_CONF=$folder/storage.conf
export TMPDIR=$folder/tmp BUILDAH_ISOLATION=chroot STORAGE_DRIVER=vfs
images() { buildah --root "$folder/storage" --runroot "$folder/run" --storage-driver vfs "$@"; }
# Gives a working container a name as an image, and removes it.
keep() { images commit --quiet --signature-policy "$folder/policy.json" --rm "$1" "docker.io/library/$2" > /dev/null; }

mapfile -t bases < <(sed -nE 's/^FROM ([^ ]+).*/\1/p' deploy/Dockerfile)
[[ ${#bases[@]} == 2 && ${bases[0]} == swift:*-bookworm && ${bases[1]} == debian:bookworm-slim ]] \
    || fail "deploy/Dockerfile begins from other images than this script can stand in for: ${bases[*]}"

step "a stand-in for ${bases[1]}"
first_mirror() {
    cat /etc/apt/sources.list /etc/apt/sources.list.d/* 2> /dev/null \
        | sed -nE 's/^(deb( \[[^]]*\])?|URIs:) (https?:[^ ]*debian\/?)( .*)?$/\3/p' | head -n 1
}
mirror=${MIRROR:-$(first_mirror || true)}
[[ -n $mirror ]] || fail "no Debian mirror in this machine's sources: set MIRROR"
container=$(images from scratch)
root=$(images mount "$container")
debootstrap --variant=minbase bookworm "$root" "$mirror" > "$folder/log" 2>&1 \
    || { tail -n 20 "$folder/log" >&2; fail "debootstrap failed"; }
# As the official one: apt keeps nothing that it has fetched, and what only people read is left out.
rm -rf "$root"/var/lib/apt/lists/* "$root"/var/cache/apt/*.bin "$root"/var/cache/apt/archives/*.deb "$root"/var/log/*
rm -rf "$root"/usr/share/{doc,info,locale,man}/*
cat > "$root/etc/apt/apt.conf.d/clean" <<'END'
Dir::Cache::pkgcache ""; Dir::Cache::srcpkgcache "";
DPkg::Post-Invoke {"rm -f /var/cache/apt/archives/*.deb";};
END
printf 'path-exclude /usr/share/%s/*\n' doc info locale man > "$root/etc/dpkg/dpkg.cfg.d/clean"
base_size=$(du -sm "$root" | cut -f 1)
keep "$container" "${bases[1]}"

step "a stand-in for ${bases[0]}"
container=$(images from --pull-never --signature-policy "$folder/policy.json" "docker.io/library/${bases[1]}")
root=$(images mount "$container")
# All of the toolchain but its debugger, which is large.
tar -C "$SWIFT_HOME" --exclude='*lldb*' -c usr | tar -C "$root" -x --keep-directory-symlink --no-same-owner
for file in ${EXTRA_COPY:-}; do
    mkdir -p "$root$(dirname "$file")"
    cp -L "$file" "$root$file"
done
keep "$container" "${bases[0]}"

step "deploy/Dockerfile"
shown=()
for bound in ${EXTRA_BIND:-}; do shown+=(--volume "$bound:$bound:ro"); done
# Docker's own format has the health check, which OCI's has not.
images build --quiet --pull-never --isolation chroot --format docker --signature-policy "$folder/policy.json" \
    "${shown[@]}" --file deploy/Dockerfile --tag auth-gateway . > "$folder/log" 2>&1 \
    || { tail -n 60 "$folder/log" >&2; fail "the build failed"; }

step "what the image says"
config() { images inspect --type image --format "{{$1}}" auth-gateway; }
expect() { [[ $2 == "$3" ]] || fail "$1 is '$2', and not '$3'"; echo "$1: $2"; }
user=$(config .Docker.Config.User)
expect "user" "$user" 10001:10001
expect "stop signal" "$(config .Docker.Config.StopSignal)" SIGTERM
expect "entry point" "$(config .Docker.Config.Entrypoint)" "[/usr/local/bin/auth-gateway]"
expect "command" "$(config .Docker.Config.Cmd)" "[serve]"
expect "volumes" "$(config .Docker.Config.Volumes)" "map[/var/lib/auth-gateway:{}]"
health=$(config .Docker.Config.Healthcheck.Test)
expect "health check" "$health" "[CMD /usr/local/bin/auth-gateway healthcheck]"
mapfile -t environment < <(config 'range .Docker.Config.Env}}{{println .}}{{end' | sed '/^$/d')

step "its verbs, by buildah"
container=$(images from --pull-never --signature-policy "$folder/policy.json" localhost/auth-gateway)
root=$(images mount "$container")
run() { images run --isolation chroot "$container" -- "$@"; }
binary=/usr/local/bin/auth-gateway
echo "version: $(run "$binary" --version)"
run "$binary" check
! run "$binary" healthcheck 2> /dev/null || fail "the health check finds a gateway where none runs"
for tool in swift gcc git make; do
    [[ ! -e $root/usr/bin/$tool ]] || fail "the image holds $tool, which the build alone needs"
done
echo "size: $(du -sm "$root" | cut -f 1) MB, of which the base has $base_size and the binary" \
    "$(du -sm "$root$binary" | cut -f 1)"

# What runs a command in the image as a cluster would: USER may do no more than RIGHTS, and writes to its volume alone.
#     confine.sh ROOT USER RIGHTS [SHOWN:AT:OPTIONS]... -- [NAME=VALUE]... COMMAND
cat > "$folder/confine.sh" <<'END'
root=$1 user=$2 rights=$3
shift 3
mount --bind "$root" "$root"
mount -o remount,bind,ro "$root"
mount -t proc proc "$root/proc"
mount -t tmpfs -o mode=0755 tmpfs "$root/dev"
for device in null zero random urandom; do
    touch "$root/dev/$device"
    mount --bind "/dev/$device" "$root/dev/$device"
done
mount -t tmpfs -o "mode=0700,uid=${user%:*},gid=${user#*:}" tmpfs "$root/var/lib/auth-gateway"
while [[ $1 != -- ]]; do
    IFS=: read -r shown at options <<< "$1"
    mount --bind "$shown" "$root$at"
    mount -o "remount,bind,$options" "$root$at"
    shift
done
shift
ip link set lo up
cd /
exec chroot "$root" /usr/bin/setpriv --reuid "${user%:*}" --regid "${user#*:}" --clear-groups --inh-caps="$rights" \
    --bounding-set="$rights" --no-new-privs /usr/bin/env -i "$@"
END
confined=(unshare --mount --net --pid --fork --kill-child bash -eu "$folder/confine.sh" "$root")

step "the composition's secrets, by a root who may give files away and nothing else"
volumes=$folder/volumes
mkdir -p "$volumes"/{gateway,database,nginx} "$root"/secrets/{gateway,database,nginx}
touch "$root/secrets.sh"
IFS=', ' read -ra making < <(sed -nE 's/^ +entrypoint: \[(.*)\]$/\1/p' deploy/compose.yaml)
make_secrets() {
    "${confined[@]}" 0:0 -all,+chown "$PWD/deploy/compose/secrets.sh:/secrets.sh:ro" \
        "$volumes"/gateway:/secrets/gateway:rw "$volumes"/database:/secrets/database:rw \
        "$volumes"/nginx:/secrets/nginx:rw -- "${environment[@]}" "${making[@]}"
}
make_secrets
expect "what is there" "$(find "$volumes" -type f -printf '%P %U:%G %m\n' | sort)" \
    "database/database_owner_password 0:999 440
database/database_password 0:999 440
gateway/database_password 0:10001 440
gateway/secret_key 10001:10001 400
nginx/tls_certificate 0:0 444
nginx/tls_key 0:0 400"
expect "what a second run makes" "$(make_secrets)" ""
as_composed() {
    "${confined[@]}" "$user" -all "$PWD/deploy/compose/gateway.yaml:/etc/auth-gateway/config.yaml:ro" \
        "$volumes/gateway:/secrets:ro" -- "${environment[@]}" "$@"
}
as_composed "$binary" check
as_composed cat /secrets/secret_key > /dev/null

step "the gateway, as process 1 on a read-only root"
: > "$folder/serve.log"
"${confined[@]}" "$user" -all -- "${environment[@]}" "$binary" serve > "$folder/serve.log" 2>&1 &
running=$!
complain() { cat "$folder/serve.log" >&2; fail "$*"; }
for _ in {1..300}; do
    ! grep -q "ready to serve" "$folder/serve.log" || break
    kill -0 "$running" 2> /dev/null || complain "the gateway has ended before it was ready"
    sleep 0.1
done
grep -q "ready to serve" "$folder/serve.log" || complain "the gateway is not ready after half a minute"
gateway=$(tr -d ' ' < "/proc/$running/task/$running/children")
fact() { sed -n "s/^$1:[[:space:]]*//p" "/proc/$gateway/status" | tr '\t' ' '; }
expect "process" "$(fact NSpid | sed 's/.* //')" 1
expect "its user" "$(fact Uid)" "10001 10001 10001 10001"
expect "its capabilities" "$(fact CapEff)" 0000000000000000

within() { nsenter --target "$gateway" --net "$@"; }
expect "/health/live" "$(within curl -s -o /dev/null -w '%{http_code}' http://127.0.0.1:9090/health/live)" 200
expect "/health/ready" "$(within curl -s -o /dev/null -w '%{http_code}' http://127.0.0.1:9090/health/ready)" 200
# The command that the image names, as its user, where the gateway lives.
read -ra words <<< "${health//[\[\]]/}"
nsenter --target "$gateway" --mount --net --pid --root --wd --setgid 10001 --setuid 10001 \
    env -i "${environment[@]}" "${words[@]:1}" || complain "the health check fails"
at=http://127.0.0.1:8080/auth
person='{"username":"johndoe","email":"john@example.com","password":"stand-by-the-gate"}'
expect "register" "$(within curl -s -o /dev/null -w '%{http_code}' "$at/register" \
    -H 'Content-Type: application/json' -d "$person")" 201
expect "log in" "$(within curl -s -o /dev/null -w '%{http_code}' "$at/login" \
    -d username=johndoe -d password=stand-by-the-gate)" 200

kill -TERM "$gateway"
ended=$SECONDS status=0
wait "$running" || status=$?
expect "exit status after SIGTERM" "$status" 0
(( SECONDS - ended <= 10 )) || fail "it took $((SECONDS - ended)) s to end"
step "deploy/Dockerfile builds, and its image runs"
