"""Reads every vCard of unpacked archives with vobject, and holds names and addresses against the records.

    cards.py FOLDER...
"""

import json
import pathlib
import sys

import vobject

faults = []
for folder in map(pathlib.Path, sys.argv[1:]):
    records = folder / "data/records/contacts.ndjson"
    contacts = [json.loads(line) for line in records.read_text("utf-8").splitlines()] if records.exists() else []
    by_uid = {contact["uid"]: contact for contact in contacts}

    def read(path):
        text = path.read_bytes().decode("utf-8")
        for line in text.split("\r\n"):
            if len(line.encode()) > 75 or "\n" in line or "\r" in line:
                faults.append(f"{path}: a line that is too long or ends otherwise than with CR LF")
        for card in vobject.readComponents(text):
            card.validate(raiseException=True)
            if card.version.value != "4.0":
                faults.append(f"{path}: version {card.version.value}")
            yield card

    single = [card for path in sorted(folder.glob("data/contacts/contact-*.vcf")) for card in read(path)]
    whole = folder / "data/contacts/contacts.vcf"
    together = list(read(whole)) if whole.exists() else []
    for name, cards in (("one by one", single), ("together", together)):
        if sorted(card.uid.value for card in cards) != sorted(by_uid):
            faults.append(f"{folder}: the cards {name} are not the contacts of the records")
        for card in cards:
            contact = by_uid.get(card.uid.value, {})
            expected = {one["address"] for one in contact.get("emails") or [] if one.get("address")}
            found = {email.value for email in card.contents.get("email", [])}
            if found != expected:
                faults.append(f"{folder}: {card.uid.value}: other e-mail addresses than the record")
    print(f"{folder.name}: {len(single)} cards, {len(together)} together")
for fault in faults:
    print(fault)
sys.exit(1 if faults else 0)
