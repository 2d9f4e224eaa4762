#!/bin/bash
# Tries `make run` and `make test` on a Debian 12 that has nothing but git, make, sudo and a Swift toolchain: a system
# of its own in a folder, made by debootstrap, with this repository cloned into it, as a user who may use sudo.
#
#     sudo deploy/verify-fresh-clone.sh
#
# It needs root, debootstrap, some 12 GB, and the ports 8080 and 9090 free. It leaves nothing behind: mounts and
# processes live in namespaces of their own. What a machine may have to say, in the environment:
#
#     SWIFT_HOME    the toolchain's folder, which holds usr/bin/swift; by default that of the swift on PATH
#     MIRROR        where Debian comes from; by default the first of this machine's own sources
#     EXTRA_BIND    folders to show inside under the same path, read-only, such as a mirror of the packages
#     EXTRA_COPY    files to copy inside to the same path, such as /etc/gitconfig, /etc/pip.conf or certificates
#     FOLDER        where to build; by default under /var/tmp
#     ONLY_PREPARE  when set, stop before the two commands, once swift has answered inside
set -euo pipefail

fail() { echo "error: $*" >&2; exit 1; }

project=$(cd "$(dirname "$0")/.." && pwd)
(( EUID == 0 )) || fail "run this as root: it makes a Debian in a folder"
command -v debootstrap > /dev/null || fail "debootstrap is missing: apt-get install debootstrap"

if [[ -z ${IN_NAMESPACE:-} ]]; then
    swift=$(command -v swift || true)
    SWIFT_HOME=${SWIFT_HOME:-${swift:+$(dirname "$(dirname "$(dirname "$(readlink -f "$swift")")")")}}
    [[ -x ${SWIFT_HOME:-}/usr/bin/swift ]] || fail "no swift on PATH: set SWIFT_HOME to its folder"
    root=$(mktemp -d "${FOLDER:-/var/tmp}/auth-gateway-fresh.XXXXXX")
    status=0
    IN_NAMESPACE=1 SWIFT_HOME=$SWIFT_HOME unshare --mount --pid --fork --kill-child "$0" "$root" &
    # unshare and the first process of a namespace are deaf to milder signals.
    trap 'kill -KILL $!' INT TERM
    wait $! || status=$?
    # The mounts went with the namespace, so what is left is plain files; --one-file-system in case they did not.
    rm -rf --one-file-system "$root" "$root.log"
    exit "$status"
fi

root=$1
mount --make-rprivate /

chmod 755 "$root"
first_mirror() {
    cat /etc/apt/sources.list /etc/apt/sources.list.d/* 2> /dev/null \
        | sed -nE 's/^(deb( \[[^]]*\])?|URIs:) (https?:[^ ]*debian\/?)( .*)?$/\3/p' | head -n 1
}
mirror=${MIRROR:-$(first_mirror || true)}
[[ -n $mirror ]] || fail "no Debian mirror in this machine's sources: set MIRROR"
debootstrap --variant=minbase --include=ca-certificates,git,make,sudo \
    bookworm "$root" "$mirror" > "$root.log" 2>&1 \
    || { tail -n 20 "$root.log" >&2; rm -f "$root.log"; fail "debootstrap failed"; }
rm -f "$root.log"

bind() {
    mkdir -p "$root$1"
    mount --bind "$1" "$root$1"
    mount -o remount,bind,ro "$root$1"
}
mount -t proc proc "$root/proc"
mount --rbind /dev "$root/dev"
mount -t tmpfs tmpfs "$root/tmp"
bind "$SWIFT_HOME"
for folder in ${EXTRA_BIND:-}; do bind "$folder"; done
for file in /etc/resolv.conf ${EXTRA_COPY:-}; do
    mkdir -p "$root$(dirname "$file")"
    cp -L "$file" "$root$file"
done

# What every Debian has and a bootstrapped folder lacks: without it, localhost is no name.
printf '127.0.0.1 localhost %s\n::1 localhost ip6-localhost ip6-loopback\n' "$(hostname)" > "$root/etc/hosts"

user=newcomer
home=/home/$user
chroot "$root" useradd --create-home --shell /bin/bash "$user"
echo "$user ALL=(ALL) NOPASSWD: ALL" > "$root/etc/sudoers.d/$user"
chroot "$root" git config --system --add safe.directory '*'
git -c safe.directory='*' clone --quiet --no-hardlinks "$project" "$root$home/auth-gateway"
chroot "$root" chown -R "$user:" "$home"

inside() {
    chroot "$root" su "$user" -c "cd $home/auth-gateway && PATH=$SWIFT_HOME/usr/bin:/usr/bin:/bin && $1" < /dev/null
}
answer() {
    exec 3<> "/dev/tcp/127.0.0.1/$1"
    printf 'GET %s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n' "$2" >&3
    head -n 1 <&3
    exec 3>&-
}
for port in 8080 9090; do
    ! (exec 3<> "/dev/tcp/127.0.0.1/$port") 2> /dev/null || fail "port $port is in use on this machine"
done

if [[ -n ${ONLY_PREPARE:-} ]]; then
    inside "make deps"
    inside "swift --version"
    exit 0
fi

echo "== make run"
inside "exec make run" &
running=$!
until [[ $( (answer 9090 /health/ready) 2> /dev/null ) == *" 200 "* ]]; do
    kill -0 "$running" 2> /dev/null || fail "make run ended before the gateway was ready"
    sleep 2
done
echo "ready: $(answer 9090 /health/ready)"
[[ $(answer 8080 /.well-known/jwks.json) == *" 200 "* ]] || fail "the gateway on port 8080 does not answer with its keys"
[[ -f $root$home/auth-gateway/data/auth-gateway.db ]] || fail "there is no database in data/"
for process in "$root"/proc/[0-9]*; do
    [[ $(cat "$process/comm" 2> /dev/null) != auth-gateway ]] || kill -TERM "${process##*/}"
done
wait "$running" || fail "the gateway did not end in order after SIGTERM"

echo "== make test"
inside "make test"
echo "== both commands work from a fresh clone"
