#!/usr/bin/env bash
# Runs a command beside a PostgreSQL server of its own: scripts/with-postgres.sh COMMAND [ARGS…]
#
# The command finds the server in LEADBELL_TEST_POSTGRES_URL (a superuser of a database called "leadbell"). The server
# lives in a temporary folder, listens on a free loopback port only, keeps nothing safe (fsync off), and is gone
# with its folder when the command ends, however it ends. If LEADBELL_TEST_POSTGRES_URL is already set, that
# server is used.
set -euo pipefail

[ $# -gt 0 ] || { echo "usage: $0 COMMAND [ARGS…]" >&2; exit 2; }
say() { echo "postgres: $*" >&2; }

if [ -n "${LEADBELL_TEST_POSTGRES_URL:-}" ]; then exec "$@"; fi

# The folder of initdb and postgres: Debian keeps them off the PATH, one folder per version.
find_bin() {
    local found
    if found=$(command -v initdb) && [ -x "$(dirname "$(readlink -f "$found")")/postgres" ]; then
        dirname "$(readlink -f "$found")"
        return
    fi
    found=$(compgen -G '/usr/lib/postgresql/*/bin/initdb' | sort -V | tail -n 1) || true
    [ -n "$found" ] && [ -x "$(dirname "$found")/postgres" ] && dirname "$found"
}

if ! bin=$(find_bin); then
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
        say "installing Debian's postgresql"
        # No cluster of its own: the package would start one on the usual port.
        mkdir -p /etc/postgresql-common
        [ -e /etc/postgresql-common/createcluster.conf ] ||
            echo 'create_main_cluster = false' >/etc/postgresql-common/createcluster.conf
        { apt-get install -qy --no-install-recommends postgresql ||
            { apt-get update -q && apt-get install -qy --no-install-recommends postgresql; }; } >&2
        bin=$(find_bin) || { say "installed, but initdb was not found"; exit 1; }
    else
        say "initdb was not found: install PostgreSQL (Debian: apt-get install postgresql), or set LEADBELL_TEST_POSTGRES_URL"
        exit 1
    fi
fi

dir=$(mktemp -d "${TMPDIR:-/tmp}/leadbell-postgres.XXXXXX")
as=()
if [ "$(id -u)" = 0 ]; then # initdb and postgres refuse to run as root
    user=postgres
    id "$user" >/dev/null 2>&1 || user=nobody
    chown "$user" "$dir"
    as=(runuser -u "$user" --)
fi

stop() {
    local status=$?
    trap '' INT TERM HUP # a second Ctrl-C must not leave the server behind
    if [ -e "$dir/data/postmaster.pid" ]; then
        "${as[@]}" "$bin/pg_ctl" stop -D "$dir/data" -m immediate -w >/dev/null 2>&1 || true
    fi
    rm -rf "$dir"
    exit "$status"
}
trap stop EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
trap 'exit 129' HUP

cd "$dir" # runuser keeps the current folder, which the other user may not be able to read
"${as[@]}" "$bin/initdb" -D "$dir/data" -U leadbell -A trust -E UTF8 --no-locale --no-sync >"$dir/initdb.log" 2>&1 ||
    { cat "$dir/initdb.log" >&2; say "initdb failed"; exit 1; }

# No port can be reserved, so one is taken at random and another tried if it is in use. max_connections is high because
# every test opens a pool of its own.
start() {
    "${as[@]}" "$bin/pg_ctl" start -D "$dir/data" -l "$dir/data/log" -s -w -t 60 -o "-p $1 -h 127.0.0.1 -k $dir \
        -c fsync=off -c synchronous_commit=off -c full_page_writes=off -c max_connections=400 -c max_locks_per_transaction=256 \
        -c shared_buffers=64MB -c log_min_messages=warning"
}
port=
for _ in 1 2 3 4 5 6 7 8; do
    candidate=$((20000 + RANDOM % 12000)) # below the range from which the system gives ports to clients
    if start "$candidate" 2>/dev/null; then port=$candidate; break; fi
    grep -q 'Address already in use' "$dir/data/log" || break
done
if [ -z "$port" ]; then
    cat "$dir/data/log" >&2
    say "the server did not start"
    exit 1
fi
"$bin/createdb" -h 127.0.0.1 -p "$port" -U leadbell leadbell
cd "$OLDPWD"

export PATH="$PATH:$bin" # pg_dump and its like, where nothing else has them
export LEADBELL_TEST_POSTGRES_URL="postgres://leadbell@127.0.0.1:$port/leadbell"
say "$("$bin/postgres" --version) on port $port"
# In the background, because bash runs a trap only when no foreground command keeps it waiting. Such a command would
# ignore Ctrl-C, hence env.
env --default-signal=INT,QUIT "$@" <&0 &
child=$!
trap 'kill -INT $child 2>/dev/null; wait $child; exit 130' INT
trap 'kill -TERM $child 2>/dev/null; wait $child; exit 143' TERM
trap 'kill -HUP $child 2>/dev/null; wait $child; exit 129' HUP
wait "$child"
