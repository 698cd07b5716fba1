"""Reads every .eml of unpacked archives with Python's email package, and holds it against its record.

    mail.py FOLDER...
"""

import email
import email.policy
import hashlib
import json
import pathlib
import sys

HIDDEN = {"bcc", "resent-bcc", "received", "delivered-to", "return-path", "x-original-to"}
faults = []


def plain(text):
    """Line ends are those of e-mail in an .eml and those of the store in a record; the last one is nobody's."""
    return (text or "").replace("\r\n", "\n").replace("\r", "\n").rstrip("\n")


def body(message, subtype):
    part = message.get_body((subtype,))
    return plain(part.get_content()) if part else ""


def judge(name, path, record):
    raw = path.read_bytes()
    if b"\n" in raw.replace(b"\r\n", b"") or b"\r" in raw.replace(b"\r\n", b""):
        yield "a line does not end with CR LF"
    if not record.get("raw") and any(len(line) > 998 for line in raw.split(b"\r\n")):
        yield "a line is longer than RFC 5322 lets it be"
    message = email.message_from_bytes(raw, policy=email.policy.default)
    for part in message.walk():
        yield from (repr(defect) for defect in part.defects)
    yield from (f"has the header {header}" for header in message.keys() if header.lower() in HIDDEN)
    if record.get("raw"):
        return  # the stored bytes, not made from the record
    if "".join(str(message["subject"] or "").split()) != "".join((record.get("subject") or "").split()):
        yield "another subject than its record"
    sender = (record.get("from") or {}).get("address")
    if sender and sender != "[withheld]" and sender not in {address.addr_spec for address in message["from"].addresses}:
        yield "another sender than its record"
    for subtype, field in (("plain", "text"), ("html", "html")):
        if body(message, subtype) != plain(record.get(field)):
            yield f"another {field} than its record"
    attached = sorted(hashlib.sha256(part.get_payload(decode=True)).hexdigest() for part in message.iter_attachments())
    if attached != sorted(one["sha256"] for one in record.get("attachments") or [] if one.get("sha256")):
        yield "other attachments than its record"


for folder in map(pathlib.Path, sys.argv[1:]):
    records = folder / "data/records/messages.ndjson"
    lines = records.read_text("utf-8").splitlines() if records.exists() else []
    by_uid = {record["uid"]: record for record in map(json.loads, lines)}
    listed = {}
    for contents in folder.glob("data/mail/*/folder.json"):
        for item in json.loads(contents.read_text("utf-8"))["items"]:
            listed[contents.parent / item["filename"]] = item["uid"]
    if set(listed) != set(folder.glob("data/mail/*/*.eml")):
        faults.append(f"{folder.name}: the folders do not list the messages that are there")
    for path, uid in sorted(listed.items()):
        faults.extend(f"{path}: {fault}" for fault in judge(path.name, path, by_uid[uid]))
    e_mails = [uid for uid, record in by_uid.items() if record["channel"] == "email"]
    if sorted(listed.values()) != sorted(e_mails):
        faults.append(f"{folder.name}: the e-mails of the records are not those of the folders")
    print(f"{folder.name}: {len(listed)} messages")
for fault in faults:
    print(fault)
sys.exit(1 if faults else 0)
