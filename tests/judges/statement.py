"""Holds statements against the published vocabulary (W3C DPV 2.3) and the shapes of a portability answer.

    statement.py FOLDER_OF_VOCABULARY STATEMENT.jsonld...

Data and vocabulary are merged into one graph: pyshacl does not follow a path into an ontology that is beside it.
Every statement must conform as it is, and must not with another legal basis or with inferred data in it.
"""

import pathlib
import sys

from pyshacl import validate
from rdflib import RDF, Graph, Namespace, URIRef

DPV = Namespace("https://w3id.org/dpv#")
GDPR = Namespace("https://w3id.org/dpv/legal/eu/gdpr#")
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


for path in statements:
    statement = Graph().parse(path, format="json-ld")
    terms = {term for triple in statement for term in triple if isinstance(term, URIRef)}
    ours = sorted(term for term in terms if str(term).startswith("https://w3id.org/dpv"))
    faults.extend(f"{path}: unknown term {term}" for term in ours if term not in known)
    fine, _, why = conforms(statement)
    if not fine:
        faults.append(f"{path}: {why}")
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
for fault in faults:
    print(fault)
sys.exit(1 if faults else 0)
