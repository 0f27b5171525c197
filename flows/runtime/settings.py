"""Addresses, secrets and folders, read from the environment when they are asked for."""

from pathlib import Path
from typing import Any

import platformdirs
from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings

from base.errors import InputError


class Settings(BaseSettings):
    """What the environment says; each field's variable is its name in capitals. Raises InputError for a wrong value."""

    def __init__(self, **given: Any) -> None:
        try:
            super().__init__(**given)
        except ValidationError as error:
            wrong = [
                f"{str(part['loc'][0]).upper()} is {part['input']!r}: {part['msg'].removeprefix('Value error, ')}"
                for part in error.errors()
            ]
            raise InputError("; ".join(wrong)) from None

    neo4j_uri: str | None = Field(None, description="any Neo4j 5.26 or later; unset: the bundled server")
    neo4j_username: str = "neo4j"
    neo4j_password: SecretStr = SecretStr("")
    neo4j_database: str = "neo4j"
    vlkge_neo4j_wait: float = Field(
        300.0, ge=0, le=86_400, description="seconds that a Neo4j which goes away in the middle of work is waited for"
    )
    vlkge_home: Path = Field(
        default_factory=lambda: platformdirs.user_data_path("vlkge"),
        description="the bundled server's data, the picture store and the trained models",
    )
    prefect_api_url: str | None = Field(None, description="a Prefect server; unset: one of this project's own")
    vlkge_log: str | None = Field(None, description="folder of the JSON-lines log; unset: logs in the home; -: stderr")
    vlkge_keep_days: int = Field(
        90,
        ge=0,
        description="days that refused models, lists of links, logs and Prefect's runs are kept; 0: for ever",
    )
    vlkge_dask_address: str | None = Field(None, description="a Dask scheduler for --workers; unset: local processes")
    vlkge_webhook: SecretStr | None = Field(
        None, description="gets a JSON message where a retraining fails, refuses or leaves out"
    )
    vlkge_rights_not_shown: str | None = Field(None, description="rights of pictures that the page does not show")
    vlkge_rights_not_encoded: str | None = Field(None, description="rights of pictures that no vector is made of")

    @field_validator("vlkge_home", mode="before")
    @classmethod
    def _is_no_folder_by_accident(cls, given: Any) -> Any:
        """An empty path would be whatever folder the command is typed in."""
        if not str(given).strip():
            raise ValueError("give a folder, or unset it; . is this folder")
        return given

    @field_validator(
        "vlkge_dask_address", "vlkge_webhook", "vlkge_rights_not_shown", "vlkge_rights_not_encoded", mode="before"
    )
    @classmethod
    def _is_unset_where_empty(cls, given: Any) -> Any:
        """Compose files cannot leave a variable out."""
        return None if given == "" else given

    @property
    def pictures(self) -> Path:
        return self.vlkge_home / "pictures"

    @property
    def models(self) -> Path:
        return self.vlkge_home / "models"

    @property
    def logs(self) -> Path:
        return Path(self.vlkge_log) if self.vlkge_log else self.vlkge_home / "logs"
