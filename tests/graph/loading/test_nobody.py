"""Names of nobody."""

import pytest

from graph.loading.nobody import UNKNOWN


@pytest.mark.parametrize(
    "name",
    [
        "unknown American", "Unidentified Artist", "Anonymous", "Anon.", "[Artist unknown]", "Maker not recorded",
        "(Non-Portrait)", "Unbekannt", "Unbekannter Künstler", "Künstler unbekannt", "anonymer Meister", "N.N.",
        "inconnu", "Artiste inconnu", "Anonyme", "auteur anonyme", "onbekend", "Onbekende kunstenaar", "Anoniem",
        "Autor desconocido", "Anónimo", "Desconocida", "ignoto", "Autore ignoto", "Anonimo fiorentino",
        "Italian, unknown", "Autore non identificato", "Maître anonyme", "Ubekendt", "Okänd konstnär", "Desconhecido",
        "nicht identifiziert", "Sans auteur", "Meester onbekend", "Неизвестный художник",
    ],
)  # fmt: skip
def test_a_name_of_nobody_is_known(name: str) -> None:
    assert UNKNOWN.search(name)


@pytest.mark.parametrize(
    "name",
    ["Ann Onymous", "Master of the Unknown Saint", "Anonymous Was A Woman"[10:], "Artist Placement Group", "Maker, Ann",
     "Nonell", "Various Small Fires", "Ignotus", "Ignacio Zuloaga", "Anonda Bell", "The Unknown Soldier's Wife"],
)  # fmt: skip
def test_a_name_of_somebody_is_none(name: str) -> None:
    assert not UNKNOWN.search(name)
