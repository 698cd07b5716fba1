#!/bin/sh
# Measures time and memory of exports from a PostgreSQL table of 1,000,000 rows: `benches/postgres.sh [PROGRAM]`.
#
# PROGRAM is a release build (default target/release/art20). Needs Debian's package postgresql and GNU time; the server is
# made in a folder under TMPDIR (2 GB) and vanishes in the end. Fails if an export takes more than 100 MiB of memory.
set -eu

program=$(realpath "${1:-target/release/art20}")
bin=$(ls -d /usr/lib/postgresql/*/bin | sort -V | tail -1)
folder=$(mktemp -d)
port=54320
as() { "$@"; }
if [ "$(id -u)" = 0 ]; then
    chown postgres:postgres "$folder"
    as() { setpriv --reuid=postgres --regid=postgres --clear-groups -- "$@"; }
fi
chmod 755 "$folder"
cd "$folder"
trap 'as "$bin/pg_ctl" -D "$folder/data" -m immediate stop >/dev/null 2>&1; rm -rf "$folder"' EXIT
as "$bin/initdb" --no-sync --auth=trust -U postgres -E UTF8 --locale=C.UTF-8 -D data >/dev/null
as "$bin/pg_ctl" -D data -w -l server.log \
    -o "-k $folder -p $port -c listen_addresses= -c fsync=off -c shared_buffers=256MB" start >/dev/null

psql -qX -h "$folder" -p $port -U postgres -d postgres <<END
CREATE TABLE messages (id bigint PRIMARY KEY, owner text, mail text, sent timestamptz, subject text, body text);
INSERT INTO messages SELECT n, CASE WHEN n % 10000 = 0 THEN 'c2' ELSE 'c1' END,
    CASE WHEN n % 10000 = 0 THEN 'Bob@Example.org' ELSE 'ann@example.org' END,
    timestamptz '2020-01-01' + n * interval '1 minute', 'Message ' || n,
    repeat(md5(n::text) || ' the answer to your letter of yesterday ', 7) FROM generate_series(1, 1000000) n;
CREATE INDEX ON messages (owner);
CREATE TABLE notes (stamp uuid PRIMARY KEY, owner text, body text);
INSERT INTO notes SELECT md5(n::text)::uuid, 'c' || n % 2, repeat(md5(n::text), 3) FROM generate_series(1, 200000) n;
CREATE INDEX ON notes (owner);
ANALYZE;
END

cat > art20.toml <<END
version = 1
[controller]
name = "Measured"
id = "https://example.org"
email = "privacy@example.org"
country = "DE"
time_zone = "Europe/Berlin"
languages = ["en"]
[activity.a]
title = "A"
legal_basis = "contract"
purpose = "P"
[store.s]
url = "postgres://postgres@/postgres?host=$folder&port=$port"
[collection.messages]
store = "s"
table = "messages"
kind = "other"
activity = "a"
origin = "provided"
key = ["id"]
match = ["owner == subject.customer", "mail = subject.email"]
[collection.messages.columns]
id = "additional.id"
owner = { omit = "customer" }
mail = { omit = "address" }
sent = "created"
subject = "additional.subject"
body = "additional.body"
[collection.notes]
store = "s"
table = "notes"
kind = "other"
activity = "a"
origin = "provided"
key = ["stamp"]
match = ["owner == subject.customer"]
[collection.notes.columns]
stamp = "additional.stamp"
owner = { omit = "customer" }
body = "additional.body"
END

failed=0
# NAME SUBJECT: the figures of one export.
measure() {
    env time -f '%e %U %S %M' -o "$1.time" "$program" export -q -s "$2" \
        --identity-check in-person --as-of 2026-01-01T00:00:00Z --reference r -o "$1.zip"
    read -r wall user system kilobytes < "$1.time"
    printf '%-20s %8s s %8s s user %8s s system %8d KiB %12d bytes\n' \
        "$1" "$wall" "$user" "$system" "$kilobytes" "$(stat -c %s "$1.zip")"
    [ "$kilobytes" -le 102400 ] || failed=1
}

measure all-rows-by-index customer:c1
measure few-rows-by-index customer:c2
measure few-rows-by-scan email:bob@example.org
exit $failed
