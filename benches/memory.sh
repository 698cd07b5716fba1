#!/bin/sh
# Measures time and memory of exports of 1 and of 4 GB: `benches/memory.sh [PROGRAM [FOLDER]]`.
#
# PROGRAM is a release build (default target/release/art20), FOLDER where to work (default a new one under TMPDIR; it
# needs 12 GB, and stores that are there already are used again). Needs sqlite3 and GNU time. Fails if an export of the
# large subjects takes more than 96 MiB of memory.
set -eu

program=$(realpath "${1:-target/release/art20}")
folder=${2:-$(mktemp -d)}
mkdir -p "$folder"
cd "$folder"

# NAME KIND: a configuration whose store is NAME.db.
configuration() {
    cat > "$1.toml" <<END
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
url = "sqlite:$1.db"
[collection.messages]
store = "s"
table = "messages"
kind = "message"
activity = "a"
key = ["id"]
match = ["owner == subject.customer"]
[collection.messages.columns]
id = { omit = "number" }
owner = { omit = "customer" }
channel = "channel"
sender = "from"
recipients = "to"
sent = "sent_at"
subject = "subject"
body = "text"
END
}

attachments() {
    cat >> "$1.toml" <<END
[collection.files]
store = "s"
table = "files"
kind = "attachment"
parent = "messages"
activity = "a"
key = ["id"]
match = ["message = messages.id"]
[collection.files.columns]
id = { omit = "number" }
message = { omit = "link" }
name = "name"
content = "content"
END
}

# NAME CHANNEL ROWS: so many messages of 3 KB of text that compresses about as English does.
messages() {
    [ -e "$1.db" ] || sqlite3 "$1.db" <<END
PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;
CREATE TABLE messages (id INTEGER PRIMARY KEY, owner TEXT, channel TEXT, sender TEXT, recipients TEXT, sent TEXT,
    subject TEXT, body TEXT);
WITH RECURSIVE n(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < $3)
INSERT INTO messages SELECT i, 'c1', '$2', 'Ann <ann@example.org>', 'Bob <bob@example.com>',
    strftime('%Y-%m-%dT%H:%M:%SZ', 1500000000 + i * 600, 'unixepoch'), 'Message ' || i,
    substr(replace(hex(randomblob(750)), '00', ' the answer to your letter of yesterday '), 1, 1500) || ' '
    || printf('%.*c', 1500, 'x') FROM n;
CREATE INDEX owner ON messages (owner);
END
    configuration "$1"
}

# Fourteen attachments of 300 MB: more than the 4 GiB that a zip file without zip64 ends at.
files() {
    [ -e files.db ] || sqlite3 files.db <<END
PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;
CREATE TABLE messages (id INTEGER PRIMARY KEY, owner TEXT, channel TEXT, sender TEXT, recipients TEXT, sent TEXT,
    subject TEXT, body TEXT);
INSERT INTO messages VALUES (1, 'c1', 'form', 'ann@example.org', 'bob@example.com', '2024-01-01T00:00:00Z', 's', 't');
CREATE TABLE files (id INTEGER PRIMARY KEY, message INTEGER, name TEXT, content BLOB);
WITH RECURSIVE n(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < 14)
INSERT INTO files SELECT i, 1, 'file', randomblob(300000000) FROM n;
CREATE INDEX message ON files (message);
END
    configuration files
    attachments files
}

failed=0
# NAME: the figures of one export.
measure() {
    rm -f "$1.zip" "$1.receipt.json"
    env time -f '%e %U %S %M' -o "$1.time" "$program" export -q -c "$1.toml" -s customer:c1 \
        --identity-check in-person --as-of 2026-01-01T00:00:00Z --reference r -o "$1.zip"
    read -r wall user system kilobytes < "$1.time"
    printf '%-10s %8s s %8s s user %8s s system %8d KiB %12d bytes\n' \
        "$1" "$wall" "$user" "$system" "$kilobytes" "$(stat -c %s "$1.zip")"
    [ "$kilobytes" -le 98304 ] || failed=1
}

messages chats form 300000
messages emails email 300000
files
for name in chats emails files; do measure "$name"; done
exit $failed
