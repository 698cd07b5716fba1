"""Holds statements against the published vocabulary (W3C DPV 2.3) and the shapes of a portability answer.

    statement.py FOLDER_OF_VOCABULARY STATEMENT.jsonld...

Data and vocabulary are merged into one graph: pyshacl does not follow a path into an ontology that is beside it.
Every statement must conform as it is, and must not with another legal basis or with inferred data in it. Whatever
stays out must be in the graph: each exclusion and withholding with its code, count, collection, sentences and
justification, each line of the ledger with its counts.
"""

import json
import pathlib
import sys

from pyshacl import validate
from rdflib import RDF, Graph, Literal, Namespace, URIRef

DPV = Namespace("https://w3id.org/dpv#")
GDPR = Namespace("https://w3id.org/dpv/legal/eu/gdpr#")
ART20 = Namespace("urn:art20:terms:")
VOCABULARY = ["dpv", "pd", "eu-gdpr", "justifications"]

folder, *statements = map(pathlib.Path, sys.argv[1:])
vocabulary = Graph()
for name in VOCABULARY:
    vocabulary.parse(folder / f"{name}.ttl")
known = set(vocabulary.subjects())
shapes = Graph().parse(folder / "portability-shapes.ttl")
faults = []


def conforms(statement):
    return validate(vocabulary + statement, shacl_graph=shapes, inference="none", advanced=False)


def told(statement, word, entry):
    """Whether a node of the graph says what an entry of the JSON says."""
    numbers = ["count", "matched", "portable", "verbatim"]
    plain = ["code", "collection", "store", "kind", "provision"]
    expected = [(ART20[key], Literal(entry[key])) for key in numbers + plain if key in entry]
    expected += [(ART20.sentence, Literal(text, lang=tag)) for tag, text in entry.get("sentence", {}).items()]
    if "justification" in entry:
        expected.append((DPV.hasJustification, URIRef(entry["justification"])))
    nodes = statement.objects(None, ART20[word])
    return any(all((node, *pair) in statement for pair in expected) for node in nodes)


stays_out = justified = 0
for path in statements:
    read = json.loads(path.read_text(encoding="utf-8"))
    statement = Graph().parse(path, format="json-ld")
    terms = {term for triple in statement for term in triple if isinstance(term, URIRef)}
    ours = sorted(term for term in terms if str(term).startswith("https://w3id.org/dpv"))
    faults.extend(f"{path}: unknown term {term}" for term in ours if term not in known)
    fine, _, why = conforms(statement)
    if not fine:
        faults.append(f"{path}: {why}")
    for word in ["excluded", "withheld", "ledger"]:
        nodes = list(statement.objects(None, ART20[word]))
        if len(nodes) != len(read[word]):
            faults.append(f"{path}: {len(nodes)} of {len(read[word])} entries of {word} in the graph")
        lost = [entry for entry in read[word] if not told(statement, word, entry)]
        faults.extend(f"{path}: {word}: not in the graph: {json.dumps(entry)[:200]}" for entry in lost)
    unjustified = [entry for entry in read["excluded"] if "justification" not in entry]
    faults.extend(f"{path}: no justification: {entry['code']}" for entry in unjustified)
    stays_out += len(read["excluded"]) + len(read["withheld"])
    justified += sum(1 for _ in statement.objects(None, DPV.hasJustification))
    processes = list(statement.subjects(RDF.type, DPV.Process))
    print(f"{path}: {len(statement)} triples, {len(ours)} terms of the vocabulary, {len(processes)} processes")
    if not processes:
        faults.append(f"{path}: states no process")
    for process in processes[:1]:
        other = Graph() + statement
        other.remove((process, DPV.hasLegalBasis, None))
        other.add((process, DPV.hasLegalBasis, GDPR["A6-1-f"]))
        if conforms(other)[0]:
            faults.append(f"{path}: conforms with legitimate interests too")
        other = Graph() + statement
        datum = URIRef("urn:example:inferred")
        other.add((datum, RDF.type, DPV.InferredPersonalData))
        other.add((process, DPV.hasPersonalData, datum))
        if conforms(other)[0]:
            faults.append(f"{path}: conforms with inferred data too")
if not stays_out or not justified:
    faults.append("no statement says what stays out, and by which justification")
for fault in faults:
    print(fault)
sys.exit(1 if faults else 0)
