"""Holds JSON files against the schemas of a folder, which refer to each other by their `$id`.

    schemas.py FOLDER_OF_SCHEMAS SCHEMA FILE...         each file is one document
    schemas.py FOLDER_OF_SCHEMAS SCHEMA FILE.ndjson...  each line is one document
"""

import json
import pathlib
import sys

from jsonschema import Draft202012Validator
from jsonschema.validators import validator_for
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

folder, schema, *files = sys.argv[1:]
schemas = [json.loads(path.read_text("utf-8")) for path in pathlib.Path(folder).glob("*.json")]
registry = Registry().with_resources(
    (one["$id"], Resource.from_contents(one, default_specification=DRAFT202012)) for one in schemas if "$id" in one
)
wanted = json.loads((pathlib.Path(folder) / schema).read_text("utf-8"))
validator = validator_for(wanted, default=Draft202012Validator)
validator.check_schema(wanted)
checker = validator(wanted, registry=registry, format_checker=validator.FORMAT_CHECKER)
documents = faults = 0
for file in files:
    text = pathlib.Path(file).read_text("utf-8")
    for number, part in enumerate(text.splitlines() if file.endswith(".ndjson") else [text], 1):
        documents += 1
        for error in checker.iter_errors(json.loads(part)):
            faults += 1
            print(f"{file}:{number}: {error.json_path}: {error.message[:300]}")
print(f"{documents} documents, {faults} faults")
sys.exit(1 if faults or not documents else 0)
