"""Labels and relations of any name in PyG's HeteroData."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def any_names() -> Iterator[None]:
    """Let types have names with ``__``: PyG warns of these, for they would be mistaken where it joins names, as for
    modules, which nothing here does."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="There exist type names in the 'HeteroData' object")
        yield
