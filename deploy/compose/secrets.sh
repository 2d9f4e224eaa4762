#!/bin/bash
# Makes what compose.yaml keeps secret: each by chance, once, and never over one that is there. Its service `secrets`
# runs this before all others.
#
#     secrets.sh NAME [FOLDER]          # the certificate's name, and /secrets
#
# Each container is shown one folder of these. All is root's, whom the service leaves one right, to give files away; a
# container's user reads by its group, and by nothing else. The gateway wants its secret file to be its own. The
# certificate is one that nobody trusts, until nginx is shown yours. It alone is made anew, where it does not serve.
set -euo pipefail
umask 077

name=${1:?the name that the certificate is for}
cd "${2:-/secrets}"

# The numbers of the images' users: deploy/Dockerfile has the gateway's, the official image PostgreSQL's.
gateway=10001
postgres=999

# folder NAME GROUP: one that its container's user can look into.
folder() {
    mkdir -p "$1"
    chown "0:$2" "$1"
    chmod 0750 "$1"
}

# keep FILE OWNER:GROUP MODE TEXT: the text becomes that file, unless there is one. A power cut leaves all or nothing.
keep() {
    [[ ! -e $1 ]] || return 0
    rm -f "$1.new"
    printf '%s\n' "$4" > "$1.new"
    chmod "$3" "$1.new"
    chown "$2" "$1.new"
    sync --file-system "${1%/*}"
    mv "$1.new" "$1"
    echo "made $1"
}

random() { openssl rand -base64 32 | tr '+/' '-_' | tr -d '=\n'; }

folder gateway $gateway
folder database $postgres
folder nginx 0

key=$(random)
keep gateway/secret_key $gateway:$gateway 0400 "k1:$key"

# Two containers know this one. Where one of the two has lost it, the other still says what it is.
password=$(random)
for known in gateway/database_password database/database_password; do
    [[ ! -e $known ]] || password=$(< "$known")
done
keep gateway/database_password 0:$gateway 0440 "$password"
keep database/database_password 0:$postgres 0440 "$password"

password=$(random)
keep database/database_owner_password 0:$postgres 0440 "$password"

# What marks a certificate as one of this script's. Another is an operator's own, and is left as it is.
maker="CN=auth-gateway secrets.sh"

made_here() {
    local found
    found=$(openssl x509 -in nginx/tls_certificate -noout -subject -issuer -nameopt RFC2253 2> /dev/null) || return 1
    [[ $found == "subject=$maker"$'\n'"issuer=$maker" ]]
}

# Whether its key is there, it has not ended, and it is for the name.
serves() {
    [[ -e nginx/tls_key ]] || return 1
    openssl x509 -in nginx/tls_certificate -noout -checkend 0 > /dev/null || return 1
    [[ $(openssl x509 -in nginx/tls_certificate -noout -ext subjectAltName) == *$'\n    DNS:'"$name" ]]
}

# It goes before its key comes, or a crash between the two would leave a pair that does not fit.
if made_here && ! serves; then rm nginx/tls_certificate; fi

if [[ ! -e nginx/tls_certificate ]]; then
    key=$(openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256)
    keep nginx/tls_key 0:0 0400 "$key"
    certificate=$(openssl req -x509 -key nginx/tls_key -days 90 -subj "/$maker" \
        -addext "subjectAltName=DNS:$name" -addext basicConstraints=critical,CA:FALSE)
    keep nginx/tls_certificate 0:0 0444 "$certificate"
fi

# Who comes next relies on them for good.
sync --file-system gateway database nginx
