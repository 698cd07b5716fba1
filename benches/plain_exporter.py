#!/usr/bin/env python3
"""What a script would do: the same files as art20 writes, by sqlite3, json, csv, hashlib and zipfile alone.

It serves as a measure of speed for benches/batch and decides nothing: no scope, no consents, no third parties, no
check of the configuration. It knows the schema of the synthetic stores by heart. What is the same in every archive
(README.html, the statement, the schemas) is taken from an archive of art20; the descriptor is filled in anew.

usage: plain_exporter.py STORES REQUESTS.csv TEMPLATE.zip DIR
"""
import base64
import csv
import datetime
import email.message
import hashlib
import io
import json
import os
import sqlite3
import sys
import uuid
import zipfile

NAMESPACE = uuid.uuid5(uuid.NAMESPACE_URL, "https://www.trexlabel.com")
# (store, table, kind, condition)
COLLECTIONS = [
    ("crm", "contacts", "contacts", "customer_no = :customer"),
    ("crm", "consents", "consents", "customer_no = :customer OR email = :email"),
    ("crm", "cookies", "cookies", "customer_no = :customer"),
    ("crm", "tickets", "other", "customer_no = :customer"),
    ("crm", "ratings", "other", "customer_no = :customer"),
    ("crm", "access_log", "access-logs", "customer_no = :customer"),
    ("billing", "invoices", "transactions", "customer_no = :customer"),
    ("billing", "payments", "transactions", "invoice_no IN (SELECT number FROM invoices WHERE customer_no = :customer)"),
    ("mail", "emails", "messages", '"from" = :email OR "to" = :email OR cc = :email'),
    ("mail", "calls", "messages", "customer_no = :customer OR from_number = :phone OR to_number = :phone"),
    ("mail", "subscriptions", "other", "email = :email"),
]


def plain(value):
    return base64.b64encode(value).decode() if isinstance(value, bytes) else value


def rows(connection, table, condition, known):
    cursor = connection.execute(f"SELECT * FROM {table} WHERE {condition} ORDER BY 1", known)
    names = [column[0] for column in cursor.description]
    return [dict(zip(names, row)) for row in cursor]


def record(store, table, row):
    key = str(next(iter(row.values())))
    uid = uuid.uuid5(NAMESPACE, json.dumps([store, table, key]))
    return {"uid": f"urn:uuid:{uid}", "kind": table, "source": {"store": store, "collection": table}} | {
        name: plain(value) for name, value in row.items()
    }


def eml(row):
    if row["raw"] is not None:
        return bytes(row["raw"])
    message = email.message.EmailMessage()
    for header, column in (("From", "from"), ("To", "to"), ("Cc", "cc"), ("Message-ID", "message_id")):
        if row[column]:
            message[header] = " ".join(row[column].split())
    if row["subject"]:
        message["Subject"] = " ".join(row["subject"].split())
    if row["sent_at"]:
        message["Date"] = datetime.datetime.fromisoformat(row["sent_at"])
    message.set_content(row["text"] or "")
    return message.as_bytes()


def vcard(row):
    lines = ["BEGIN:VCARD", "VERSION:4.0", f"FN:{row['full_name']}", f"EMAIL:{row['email']}", f"TEL:{row['phone']}"]
    return ("\r\n".join([*lines, "END:VCARD"]) + "\r\n").encode()


def table_of(records):
    names = list(dict.fromkeys(name for one in records for name in one))
    text = io.StringIO()
    writer = csv.DictWriter(text, names, quoting=csv.QUOTE_ALL)
    writer.writeheader()
    writer.writerows({n: json.dumps(v) if isinstance(v, (dict, list)) else v for n, v in one.items()} for one in records)
    return b"\xef\xbb\xbf" + text.getvalue().encode()


def files_of(stores, known):
    files, kinds = {}, {}
    for store, table, kind, condition in COLLECTIONS:
        found = rows(stores[store], table, condition, known)
        for nth, row in enumerate(found, 1):
            one = record(store, table, row)
            kinds.setdefault(kind, []).append(one)
            if table == "contacts":
                files[f"data/contacts/contact-{nth:06}.json"] = json.dumps(one, indent=2, ensure_ascii=False).encode()
                files[f"data/contacts/contact-{nth:06}.vcf"] = vcard(row)
            elif table == "emails":
                box = "sent" if row["from"] == known["email"] else "inbox"
                files[f"data/mail/{box}/message-{nth:06}.eml"] = eml(row)
                for child in rows(stores[store], "attachments", "email_id = :id", row):
                    files[f"data/attachments/attachment-{child['id']}"] = bytes(child["content"] or b"")
                    kinds.setdefault("attachments", []).append(record(store, "attachments", child | {"content": None}))
            elif table == "calls":
                files[f"data/conversations/conversation-{nth:06}.vcon.json"] = json.dumps(one, indent=2).encode()
            elif table == "invoices":
                one["lines"] = rows(stores[store], "invoice_lines", "invoice_no = :number", row)
                kinds.setdefault("transaction-lines", []).extend(one["lines"])
    for kind, records in kinds.items():
        lines = (json.dumps(one, ensure_ascii=False) for one in records)
        files[f"data/records/{kind}.ndjson"] = ("\n".join(lines) + "\n").encode()
        files[f"data/tables/{kind}.csv"] = table_of(records)
    return files


def seal(path, files, template):
    files = dict(files)
    for name, content in template["files"].items():
        files[name] = content
    payload = {name: content for name, content in files.items() if name.startswith("data/")}
    digests = {name: hashlib.sha256(content).hexdigest() for name, content in payload.items()}
    known = {resource["path"]: resource for resource in template["package"]["resources"]}
    resources = [
        known.get(name, {"name": name, "path": name}) | {"bytes": len(content), "hash": f"sha256:{digests[name]}"}
        for name, content in sorted(payload.items())
        if not name.endswith(".eml")
    ]
    package = template["package"] | {"resources": resources}
    files["datapackage.json"] = (json.dumps(package, indent=2, ensure_ascii=False) + "\n").encode()
    manifest = "".join(f"{digest}  {name}\n" for name, digest in sorted(digests.items()))
    files["manifest-sha256.txt"] = manifest.encode()
    with zipfile.ZipFile(path + ".part", "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED, 6)
    with open(path + ".part", "rb") as archive:
        digest = hashlib.file_digest(archive, "sha256").hexdigest()
    os.replace(path + ".part", path)
    return digest


def template_of(path):
    with zipfile.ZipFile(path) as archive:
        names = [name for name in archive.namelist() if name.startswith("data/schemas/")]
        names += ["README.html", "data/statement.jsonld", "data/archive.json", "bagit.txt", "bag-info.txt"]
        return {
            "files": {name: archive.read(name) for name in names},
            "package": json.loads(archive.read("datapackage.json")),
        }


def main():
    folder, requests, template, output = sys.argv[1:]
    os.makedirs(output, exist_ok=True)
    names = ("crm", "billing", "mail")
    stores = {name: sqlite3.connect(f"file:{folder}/{name}.db?mode=ro&immutable=1", uri=True) for name in names}
    for store in stores.values():
        store.text_factory = lambda text: text.decode(errors="replace")
        store.execute("BEGIN")
    template = template_of(template)
    with open(requests, encoding="utf-8") as text:
        for request in csv.DictReader(text):
            found = stores["crm"].execute("SELECT customer_no, phone FROM contacts WHERE email = ?", (request["email"],))
            customer, phone = found.fetchone()
            files = files_of(stores, {"email": request["email"], "customer": customer, "phone": phone or "-"})
            path = os.path.join(output, request["reference"] + ".zip")
            digest = seal(path, files, template)
            receipt = {"reference": request["reference"], "sha256": digest, "files": len(files)}
            with open(os.path.join(output, request["reference"] + ".receipt.json"), "w", encoding="utf-8") as paper:
                json.dump(receipt, paper, indent=2)


main()
