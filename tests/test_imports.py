"""Who imports whom, read from the sources; the table is that of docs/architecture.md."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGES = ["cypher", "graph", "models", "flows", "review", "benchmarks"]
# Of our own packages, which a package may use; and which libraries it must not.
ALLOWED: dict[str, set[str]] = {
    "cypher": set(),
    "graph": {"cypher"},
    "models": set(),
    "flows": {"cypher", "graph", "models", "review"},
    "review": {"graph"},
}
FORBIDDEN_LIBRARIES: dict[str, set[str]] = {
    "cypher": {"neo4j", "prefect", "torch"},
    "graph": {"prefect"},
    "models": {"neo4j", "prefect"},
    "flows": {"neo4j"},
    "review": {"neo4j", "prefect", "torch"},
}


def imports(package: str) -> Iterator[tuple[str, str]]:
    """(file and line, top-level name) of every import in a package, also those inside functions."""
    for file in sorted((ROOT / package).rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            place = f"{file.relative_to(ROOT)}:{getattr(node, 'lineno', 0)}"
            if isinstance(node, ast.Import):
                yield from ((place, alias.name.partition(".")[0]) for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and node.level == 0:
                assert node.module is not None
                yield place, node.module.partition(".")[0]


def test_the_imports_of_a_package_are_found() -> None:
    assert ("graph/connection.py", "neo4j") in {(place.partition(":")[0], name) for place, name in imports("graph")}
    assert ("graph/connection.py", "cypher") in {(place.partition(":")[0], name) for place, name in imports("graph")}


@pytest.mark.parametrize("package", ALLOWED)
def test_a_package_imports_only_what_it_may(package: str) -> None:
    foreign = set(PACKAGES) - {package} - ALLOWED[package] | FORBIDDEN_LIBRARIES[package]
    assert [(place, name) for place, name in imports(package) if name in foreign] == []


@pytest.mark.parametrize("package", PACKAGES)
def test_relative_imports_stay_in_their_package(package: str) -> None:
    for file in sorted((ROOT / package).rglob("*.py")):
        depth = len(file.relative_to(ROOT / package).parts)
        levels = [n.level for n in ast.walk(ast.parse(file.read_text("utf-8"))) if isinstance(n, ast.ImportFrom)]
        assert max(levels, default=0) <= depth, file
