"""A bundled server of its own with an imported source, for the tests that stop and start it."""

from collections.abc import Iterator
from io import BytesIO

import pytest
from PIL import Image

from graph.loading.bulk_import import bulk_ingest
from graph.loading.files import Source, read_source
from graph.pictures import PictureStore
from graph.server.neo4j_server import Server

ENTITIES = """id,label,name,text,image,year:int,height (cm):float,signed:boolean,"odd `name"" of: a column"
Q1,Artwork,"Sunflowers, ""in"" a vase","Yellow
on yellow; blue",red.png,1888,92.1,true,a`b
Q2,Artwork,Irises\\,,absent.png,1889,inf,false,
Q3,Artist,Vincent van Gogh,,,,,,"x""y'z"
Q4,"La`bel ""L"" 'l' ü",梵高,,,-5,1e-300,,
"""
TRIPLES = """head,relation,tail,split,since:int,"note {""q"": (1)}"
Q1,isCreatedBy,Q3,train,1888,sure
Q1,isCreatedBy,Q3,train,1888,sure
Q2,isCreatedBy,Q3,train,,
Q2,"has `ti``ck` ""q"" \\u0060",Q4,test,,
Q3,isInfluencedBy,Q3,,,
"""


@pytest.fixture(scope="session")
def odd_source(tmp_path_factory: pytest.TempPathFactory) -> Source:
    """All that text may hold, numbers, missing cells, a repeated fact, a loop, an entity held out, a broken picture."""
    folder = tmp_path_factory.mktemp("museum")
    (folder / "entities.csv").write_text(ENTITIES, encoding="utf-8")
    (folder / "triples.csv").write_text(TRIPLES, encoding="utf-8")
    content = BytesIO()
    Image.new("RGB", (8, 8), "red").save(content, "PNG")
    (folder / "red.png").write_bytes(content.getvalue())
    return read_source(folder, name="museum; of 'art'")


@pytest.fixture(scope="session")
def imported_server(odd_source: Source, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A bundled server, running, that began with a bulk import of `odd_source`."""
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("VLKGE_NEO4J_HEAP", "512m")
        home = tmp_path_factory.mktemp("imported")
        server = Server(home)
        try:
            bulk_ingest(server, odd_source, PictureStore(home / "pictures"))
            yield server
        finally:
            server.stop()
