"""Holds a bill of materials against the schema of CycloneDX and the licences against the list of SPDX, and looks
whether the graph is closed.

    bill.py FILE
"""

import json
import pathlib
import sys

from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from license_expression import get_spdx_licensing

text = pathlib.Path(sys.argv[1]).read_text("utf-8")
faults = [str(fault.data) for fault in JsonStrictValidator(SchemaVersion.V1_6).validate_str(text, all_errors=True) or []]
bill = json.loads(text)
spdx = get_spdx_licensing()
components = [bill["metadata"]["component"], *bill["components"]]
for component in components:
    for licence in component["licenses"]:
        errors = spdx.validate(licence["expression"], strict=True).errors
        faults += [f"{component['bom-ref']}: {error}" for error in errors]

refs = [component["bom-ref"] for component in components]
needs = {one["ref"]: one["dependsOn"] for one in bill["dependencies"]}
if sorted(refs) != sorted(needs):
    faults.append("not every component stands once in the graph")
reached, waiting = set(), refs[:1]
while waiting:
    ref = waiting.pop()
    if ref not in reached:
        reached.add(ref)
        waiting += needs[ref]
if reached != set(refs):
    faults.append(f"what nothing needs, or is not there: {sorted(reached ^ set(refs))}")

print("\n".join(fault[:500] for fault in faults) or f"{len(refs)} components")
sys.exit(bool(faults))
