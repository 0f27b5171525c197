"""Who imports whom, read from the sources; the table is that of docs/architecture.md."""

import ast
import builtins
import re
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGES = ["base", "cypher", "graph", "models", "flows", "review", "benchmarks"]
# Of our own packages, which a package may use; and which libraries it must not.
ALLOWED: dict[str, set[str]] = {
    "base": set(),
    "cypher": {"base"},
    "graph": {"base", "cypher"},
    "models": {"base"},
    "flows": {"base", "cypher", "graph", "models", "review"},
    "review": {"base", "graph"},
}
FORBIDDEN_LIBRARIES: dict[str, set[str]] = {
    "base": {"neo4j", "prefect", "torch"},
    "cypher": {"neo4j", "prefect", "torch"},
    "graph": {"prefect"},
    "models": {"neo4j", "prefect"},
    "flows": {"neo4j"},
    "review": {"neo4j", "prefect", "torch"},
}
# The wings of models/ from the ground up: each imports only from those before it.
FLOORS = [
    "triples",
    "rules",
    "encoders",
    "scoring",
    "experts",
    "representation",
    "ranking",
    "training",
    "calibration",
    "evaluation",
    "prediction",
    "explanation",
]


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


def imported_files(file: Path) -> Iterator[tuple[int, Path]]:
    """(line, file) of what a file imports of our own, packages by what they hold and not by their __init__."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        names = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        for name in names:
            parts = name.split(".")
            while parts and not (found := ROOT.joinpath(*parts).with_suffix(".py")).is_file():
                parts.pop()
            if parts:
                yield node.lineno, found


def test_no_file_imports_itself_by_way_of_others() -> None:
    files = [file for package in PACKAGES for file in sorted((ROOT / package).rglob("*.py"))]
    graph = {file.relative_to(ROOT): {other.relative_to(ROOT) for _, other in imported_files(file)} for file in files}
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        pytest.fail(" imports ".join(str(file) for file in reversed(error.args[1])))


@pytest.mark.parametrize("package", ["graph", "graph/mapping", "models", "flows"])
def test_no_wing_imports_itself_by_way_of_others(package: str) -> None:
    graph: dict[str, set[str]] = {}
    for file in sorted((ROOT / package).rglob("*.py")):
        others = {wing(other, package) for _, other in imported_files(file) if other.is_relative_to(ROOT / package)}
        graph.setdefault(wing(file, package), set()).update(others - {wing(file, package)})
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        pytest.fail(" imports ".join(reversed(error.args[1])))


def test_wings_of_models_import_downwards_only() -> None:
    wings = {file.name for file in (ROOT / "models").iterdir() if file.is_dir() and any(file.glob("*.py"))}
    assert wings - {"presets"} == set(FLOORS)
    upwards = [
        f"{file.relative_to(ROOT)}:{line} imports {other.relative_to(ROOT)}"
        for name in FLOORS
        for file in sorted((ROOT / "models" / name).rglob("*.py"))
        for line, other in imported_files(file)
        if other.parent.name in FLOORS and FLOORS.index(other.parent.name) > FLOORS.index(name)
    ]
    assert upwards == []


def wing(file: Path, package: str) -> str:
    """The folder of a package that a file is in, or the file itself where it is in none."""
    return "/".join(file.relative_to(ROOT).with_suffix("").parts[: package.count("/") + 2])


def test_errors_that_docstrings_promise_exist() -> None:
    trees = [
        (file, ast.parse(file.read_text(encoding="utf-8"))) for name in PACKAGES for file in (ROOT / name).rglob("*.py")
    ]
    known = set(dir(builtins))
    for _, tree in trees:
        for node in ast.walk(tree):
            if isinstance(node, ast.ClassDef):
                known.add(node.name)
            elif isinstance(node, ast.Import | ast.ImportFrom):
                known.update(alias.name for alias in node.names)
    promised = {
        (str(file.relative_to(ROOT)), name)
        for file, tree in trees
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.ClassDef | ast.Module)
        for name in re.findall(r"(?:Raises?|[;,]|or|and) (\w+Error)\b", ast.get_docstring(node) or "")
    }
    assert ("graph/connection.py", "PipelineError") in promised
    assert sorted(where for where in promised if where[1] not in known) == []
