"""Dates as catalogues write them."""

import pytest

from graph.mapping.table.dates import bins_of, name_bin, read_years


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
        # Years of dynasties, days and months are no years of antiquity.
        ("Dynasty 18, ca. 1479–1458 B.C.", (-1479, -1458)),
        ("26th Dynasty, 664 BCE-525 BCE", (-664, -525)),
        ("Amenhotep III, regnal year 30, 1360–1358 BC", (-1360, -1358)),
        ("12 March 44 BC", (-44, -44)),
        ("c. 50-c. 30 BC", (-50, -30)),
        ("c. 1,200-1,150 B.C.", (-1200, -1150)),
        ("1479–58 BC", (-1479, -1458)),
        ("100–50 BC", (-100, -50)),
        ("350-25 BC", (-350, -25)),
        ("27 B.C.–A.D. 14", (-27, 14)),
        ("3rd millennium BC", (-3000, -2001)),
        ("late 2nd millennium BC", (-1330, -1001)),
        ("4.-3. Jt. v. Chr.", (-4000, -2001)),
        ("IIIe millénaire av. J.-C.", (-3000, -2001)),
        # Months, and what may be one.
        ("1909/12/15", (1909, 1909)),
        ("1908/12", (1908, 1908)),
        ("1909/10", (1909, 1910)),
        ("1888/89", (1888, 1889)),
        ("1899/00", (1899, 1900)),
        ("1890/5", (1890, 1895)),
        ("12/1890", (1890, 1890)),
        ("05-12-1890", (1890, 1890)),
        ("1.1890", (1890, 1890)),
        ("1 May 1890 to 5 June 1891", (1890, 1891)),
        ("1908-12-01/1909-03-01", (1908, 1909)),
        ("22 May1900 - 9 Jan 1905", (1900, 1905)),
        # Circa behind or glued to it, a decade with an apostrophe, brackets inside.
        ("1850c.", (1850, 1850)),
        ("1850c", (1850, 1850)),
        ("1850ca.", (1850, 1850)),
        ("c1890", (1890, 1890)),
        ("1890's", (1890, 1899)),
        ("[ca. 1890]-95", (1890, 1895)),
        ("1860–?c.1924", (1860, 1924)),
        ("+/- 1890", (1890, 1890)),
        ("1890±5", (1885, 1895)),
        # The 1600s are a century, or a decade beside other years.
        ("1600s", (1600, 1699)),
        ("1890s-1900s", (1890, 1909)),
        # Parts of centuries.
        ("1/2 19. Jh.", (1800, 1849)),
        ("1. H. 19. Jh.", (1800, 1849)),
        ("3/4 19. Jh.", (1850, 1874)),
        ("19. Jahrhundert, 1. Hälfte", (1800, 1849)),
        ("2.-3. Viertel 18. Jh.", (1700, 1799)),
        ("mid to late 19th century", (1800, 1899)),
        ("17th century - early 18th century", (1600, 1733)),
        ("18th, 19th century", (1700, 1899)),
        ("XVIIe-XVIIIe siècle", (1600, 1799)),
        ("siglos XVI y XVII", (1500, 1699)),
        # Ranges whose words would leave a side open where they stand alone.
        ("from 1880 to 1890", (1880, 1890)),
        ("1850 up to 1890", (1850, 1890)),
        ("dal 1890 al 1900", (1890, 1900)),
        ("von 1880 bis 1890", (1880, 1890)),
        ("c. 1850, from an 1844 original", (1844, 1850)),
        ("Ming dynasty 1368-1644", (1368, 1644)),
        ("A.H. 861/A.D. 1457", (1457, 1457)),
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
    "text",
    [
        *("1890 or later", "1850 or earlier", "1890 or slightly later", "1890 und später", "1890 of later"),
        *(
            "1890 ou après",
            "1890 o posterior",
            "1890 e oltre",
            "from 1890",
            "ab 1890",
            "à partir de 1890",
            "vanaf 1890",
        ),
        *(
            "dal 1890",
            "desde 1890",
            "up to 1890",
            "bis 1890",
            "jusqu'en 1890",
            "tot 1890",
            "fino al 1890",
            "hasta 1890",
        ),
        *(
            "vóór 1890",
            "no later than 1890",
            "spätestens 1890",
            "antérieur à 1890",
            "anterior a 1890",
            "18th-early to mid 19th century",
            "pre-1890",
            "post-1890",
            "t.p.q. 1890",
        ),
        *(
            "1890+",
            "1890 onwards",
            "1890 ff.",
            "1890 e segg.",
            "1890 to",
            "1890-present",
            "1890-heute",
            "1890 à nos jours",
            "1890-?",
            "?-1890",
        ),
        *("–1890", "../1890", "1890/..", "1890/", "1901 - Indeterminable", "19th century-"),
    ],
)
def test_a_side_left_open_is_no_date(text: str) -> None:
    assert read_years(text) is None


@pytest.mark.parametrize(
    "text",
    [
        *("Dynasty 26", "no. 1890", "inv. 1890", "RP-P-1890-7", "P1890", "1995.47.90", "1890-1234", "1000 x 1200 mm"),
        *("AH 1250", "1500 BP", "3000±50 BP", "1905-1890", "200 BC–200", "44 BC, cast 1890", "$1500"),
    ],
)
def test_numbers_that_may_be_no_years_are_none(text: str) -> None:
    assert read_years(text) is None


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
