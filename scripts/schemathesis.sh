#!/usr/bin/env bash
# Holds a running server to its own description: scripts/schemathesis.sh [LEADBELL [SCHEMATHESIS OPTIONS…]]
#
# Serves a fresh demo (SQLite, Slack sandbox) on free loopback ports and lets schemathesis send what fits the OpenAPI
# document and what does not: statuses, types and bodies of answers must be as described, nothing may answer 5xx.
# LEADBELL is the program; without one, the debug build is made first. schemathesis lives in a Python environment of its
# own under ${XDG_CACHE_HOME:-~/.cache}/leadbell.
set -euo pipefail
cd "$(dirname "$0")/.."

version=4.32.5
say() { echo "schemathesis: $*" >&2; }

program=${1:-}
[ $# -eq 0 ] || shift
if [ -z "$program" ]; then
    cargo build --quiet --package leadbell-server --bin leadbell
    program=${CARGO_TARGET_DIR:-target}/debug/leadbell
fi
program=$(realpath "$program")

python=$(command -v python3) || { say "python3 was not found (Debian: apt-get install python3-venv)"; exit 1; }
venv=${XDG_CACHE_HOME:-$HOME/.cache}/leadbell/schemathesis-$version
if [ ! -x "$venv/bin/schemathesis" ]; then
    say "installing schemathesis $version"
    rm -rf "$venv"
    if ! "$python" -m venv "$venv" 2>/dev/null; then
        if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
            { apt-get install -qy --no-install-recommends python3-venv ||
                { apt-get update -q && apt-get install -qy --no-install-recommends python3-venv; }; } >&2
        else
            say "python3 has no venv: install it (Debian: apt-get install python3-venv)"
            exit 1
        fi
        rm -rf "$venv"
        "$python" -m venv "$venv"
    fi
    "$venv/bin/pip" install --quiet --disable-pip-version-check "schemathesis==$version" || { rm -rf "$venv"; exit 1; }
fi

dir=$(mktemp -d "${TMPDIR:-/tmp}/leadbell-schemathesis.XXXXXX")
server=
stop() {
    local status=$?
    trap '' INT TERM HUP
    if [ -n "$server" ]; then
        kill "$server" 2>/dev/null || true
        wait "$server" 2>/dev/null || true
    fi
    rm -rf "$dir"
    exit "$status"
}
trap stop EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
trap 'exit 129' HUP

read -r port sandbox_port < <("$python" -c '
import socket
sockets = [socket.socket() for _ in range(2)]
for each in sockets:
    each.bind(("127.0.0.1", 0))
print(*(each.getsockname()[1] for each in sockets))')

(
    cd "$dir" # data/ is made where the program runs
    for name in ${!LEADBELL_@}; do unset "$name"; done
    export LEADBELL_LISTEN=127.0.0.1:$port LEADBELL_SANDBOX_LISTEN=127.0.0.1:$sandbox_port LEADBELL_LOG=warn
    exec "$program" demo >out.log 2>err.log
) &
server=$!
for _ in $(seq 300); do
    grep -q 'Leadbell is ready' "$dir/out.log" 2>/dev/null && break
    kill -0 "$server" 2>/dev/null || break
    sleep 0.1
done
grep -q 'Leadbell is ready' "$dir/out.log" || { cat "$dir/err.log" >&2; say "the demo did not start"; exit 1; }

export LEADBELL_URL=http://127.0.0.1:$port
# The demo's key: it opens nothing else.
export LEADBELL_API_KEY=lbk_demo-only-never-use-this-key-anywhere-else
export LEADBELL_SCHEMATHESIS_HOOKS=$PWD/scripts/schemathesis/hooks.py
config=$PWD/scripts/schemathesis/schemathesis.toml
status=0
(cd "$dir" && "$venv/bin/schemathesis" --config-file "$config" run "$@" "$LEADBELL_URL/api/v1/openapi.json") || status=$?
if [ "$status" != 0 ] && [ -s "$dir/err.log" ]; then
    say "the server logged:"
    tail -n 40 "$dir/err.log" >&2
fi
exit "$status"
