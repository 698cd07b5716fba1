#!/bin/sh
# Measures time and memory of an export from a mailbox of 2 GB: `benches/mailbox.sh [PROGRAM [FOLDER]]`.
#
# PROGRAM is a release build (default target/release/art20), FOLDER where to work (default a new one under TMPDIR; it
# needs 4 GB, and a mailbox that is there already is used again). Needs awk and GNU time. One message in five is the
# subject's. Fails if the export takes more than 100 MiB of memory.
set -eu

program=$(realpath "${1:-target/release/art20}")
folder=${2:-$(mktemp -d)}
mkdir -p "$folder"
cd "$folder"

[ -e all.mbox ] || awk 'BEGIN {
    srand(20); words = split("the answer to your letter of yesterday is not yet known but we shall write again", w, " ")
    for (i = 0; i < 199; i++) { line = ""; while (length(line) < 66) line = line w[int(rand() * words) + 1] " "; text[i] = line }
    for (n = 0; n < 200000; n++) {
        printf "From MAILER-DAEMON Fri Mar  1 %02d:%02d:%02d 2024\n", n / 3600 % 24, n / 60 % 60, n % 60
        printf "Received: from a.example.net by mx.example.org; Fri, 1 Mar 2024 09:00:00 +0000\n"
        printf "From: Person %d <p%d@example.net>\nTo: %s, team@example.org\n", n % 50021, n % 50021, n % 5 ? "Bob <bob@example.com>" : "Ann <Ann@example.org>"
        printf "Date: Fri, 1 Mar 2024 09:00:00 +0000\nMessage-ID: <%d@example.net>\nSubject: Letter %d\n\n>From the start:\n", n, n
        for (i = 0; i < 145; i++) print text[int(rand() * 199)]
        print ""
    }
}' > all.mbox

cat > art20.toml <<'END'
version = 1
[controller]
name = "Measured"
id = "https://example.org"
languages = ["en"]
[activity.a]
legal_basis = "contract"
purpose = "P"
[store.mail]
url = "mbox:all.mbox"
[collection.mails]
store = "mail"
kind = "message"
activity = "a"
END

rm -f a.zip a.receipt.json
env time -f '%e %U %S %M' -o figures "$program" export -q -s email:ann@example.org --identity-check in-person \
    --as-of 2026-01-01T00:00:00Z --reference r -o a.zip
read -r wall user system kilobytes < figures
printf 'mailbox %d bytes: %s s, %s s user, %s s system, %d KiB, archive %d bytes\n' \
    "$(stat -c %s all.mbox)" "$wall" "$user" "$system" "$kilobytes" "$(stat -c %s a.zip)"
[ "$kilobytes" -le 102400 ]
