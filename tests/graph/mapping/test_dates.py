"""Dates as catalogues write them."""

import pytest

from graph.mapping.dates import bins_of, name_bin, read_years


@pytest.mark.parametrize(
    ("text", "years"),
    [
        ("1890", (1890, 1890)),
        ("c. 1890–95", (1890, 1895)),
        ("ca. 1890-ca. 1900", (1890, 1900)),
        ("c.1830-40", (1830, 1840)),
        ("1890-5", (1890, 1895)),
        ("1890s", (1890, 1899)),
        ("1960s–1970s", (1960, 1979)),
        ("189X", (1890, 1899)),
        ("1857-01-01", (1857, 1857)),
        ("1904-07", (1904, 1907)),
        ("May 4, 1888", (1888, 1888)),
        ("12/03/1890", (1890, 1890)),
        ("[1888?]", (1888, 1888)),
        ("between 1890 and 1895", (1890, 1895)),
        ("1889, cast 1972", (1889, 1972)),
        ("19th century", (1800, 1899)),
        ("17th–19th century", (1600, 1899)),
        ("early 18th century", (1700, 1733)),
        ("first half of the 19th century", (1800, 1849)),
        ("17. Jahrhundert", (1600, 1699)),
        ("XVIIe siècle", (1600, 1699)),
        ("500 BC", (-500, -500)),
        ("5th century BCE", (-500, -401)),
        ("1st century BC–1st century AD", (-100, 99)),
        ("-350", (-350, -350)),
        ("2nd–1st century B.C.E.", (-200, -1)),
        ("AD 79", (79, 79)),
        ("40.000 BC", None),
        ("18--", (1800, 1899)),
        ("ca. 189-?", (1890, 1899)),
        ("2. Hälfte des 17. Jahrhunderts", (1650, 1699)),
        ("Anfang des 19. Jahrhunderts", (1800, 1833)),
        ("letztes Viertel 18. Jh.", (1775, 1799)),
        ("1890er Jahre", (1890, 1899)),
        ("12.5.1888", (1888, 1888)),
        ("um 300 v. Chr.", (-300, -300)),
        ("nach 1890", None),
        ("deuxième moitié du XIXe siècle", (1850, 1899)),
        ("1er quart du 18e siècle", (1700, 1724)),
        ("dernier tiers du XVIIe siècle", (1667, 1699)),
        ("années 1890", (1890, 1899)),
        ("vers 1850", (1850, 1850)),
        ("17de eeuw", (1600, 1699)),
        ("eerste helft 17de eeuw", (1600, 1649)),
        ("laatste kwart van de 19e eeuw", (1875, 1899)),
        ("tussen 1650 en 1660", (1650, 1660)),
        ("XVII secolo", (1600, 1699)),
        ("prima metà del XVI secolo", (1500, 1549)),
        ("fine del XV secolo", (1467, 1499)),
        ("último cuarto del siglo XVI", (1575, 1599)),
        ("primera mitad del siglo XVIII", (1700, 1749)),
        ("principios del siglo XVI", (1500, 1533)),
        ("anni 1920", (1920, 1929)),
        ("dopo il 1650", None),
        # One side is open, or nothing is said.
        ("before 1900", None),
        ("after c.1830", None),
        ("1890–", None),
        ("n.d.", None),
        ("0", None),
        ("9999", None),
        ("14 x 20", None),
        ("", None),
    ],
)
def test_a_date_is_read_as_years(text: str, years: tuple[int, int] | None) -> None:
    assert read_years(text) == years


@pytest.mark.parametrize(
    ("years", "size", "names"),
    [
        ((1890, 1895), 10, ["1890s"]),
        ((1889, 1901), 10, ["1880s", "1890s", "1900s"]),
        ((1600, 1899), 100, ["17th century", "18th century", "19th century"]),
        ((2001, 2001), 100, ["21st century"]),
        ((1888, 1888), 1, ["1888"]),
        ((1850, 1850), 50, ["1850–1899"]),
        ((-350, -350), 10, ["350s BC"]),
        ((-500, -401), 100, ["5th century BC"]),
        ((-100, 99), 100, ["1st century BC", "1st century"]),
    ],
)
def test_years_are_named_by_decades_and_centuries(years: tuple[int, int], size: int, names: list[str]) -> None:
    assert [name_bin(start, size) for start in bins_of(years, size)] == names
