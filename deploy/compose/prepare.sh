#!/bin/bash
# Makes the secrets of compose.yaml in compose/secrets: each once, by chance, and never over one that is there.
#
#     sudo deploy/compose/prepare.sh
#
# Docker shows a container the file itself, with its owner and mode. So the folder is root's alone, and in it each file
# belongs to whoever reads it in a container. The certificate is one that nobody trusts, for app.example.com, until you
# put yours in its place. Keep a copy of secret_key apart from the database's: neither is of use without the other.
set -euo pipefail
umask 077

(( EUID == 0 )) || { echo "error: run this as root: one of the files belongs to the image's user" >&2; exit 1; }
command -v openssl > /dev/null || { echo "error: openssl is missing" >&2; exit 1; }
folder=${1:-$(dirname "$0")/secrets}
mkdir -p "$folder"
cd "$folder"
chmod 700 .

# keep NAME OWNER MODE: what comes in becomes the secret of that name, unless there is one.
keep() {
    if [[ -e $1 ]]; then
        cat > /dev/null
        return
    fi
    cat > "$1.new"
    chown "$2:$2" "$1.new"
    chmod "$3" "$1.new"
    mv "$1.new" "$1"
    echo "made $PWD/$1"
}
random() { openssl rand -base64 32 | tr '+/' '-_' | tr -d '=\n'; }

echo "k1:$(random)" | keep secret_key 10001 0400
# Read by the gateways and by PostgreSQL, which are two users.
random | keep database_password 0 0444
random | keep database_owner_password 0 0400
if [[ ! -e tls_key ]]; then
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 90 -subj /CN=app.example.com \
        -addext subjectAltName=DNS:app.example.com -keyout tls.draft -out tls_certificate.draft 2> /dev/null
    keep tls_certificate 0 0444 < tls_certificate.draft
    keep tls_key 0 0400 < tls.draft
    rm -f tls.draft tls_certificate.draft
fi
