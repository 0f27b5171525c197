"""Makes entities.csv and triples.csv of this folder; deterministic, standard library only.

    python examples/art/build.py SOURCE

SOURCE is a folder with facts of artworks and artists from Wikidata: entities.csv (id, type, name) and triples.csv
(head, relation, tail). Of it a well connected part is chosen, ``additions/`` is joined to it, the facts are split, and
the texts are written from what is not to be predicted. README.md tells the choices; the numbers are here.
"""

import csv
import hashlib
import re
import sys
from collections import Counter, defaultdict
from pathlib import Path
from statistics import median
from typing import NamedTuple

HERE = Path(__file__).parent

RENAMED = {"isAssociatedWithTag": "depicts"}
REVERSED = {
    "isInfluencedOn": "isInfluencedBy",
    "isTeacherOf": "isPupilOf",
}  # one direction: no inverse tells a test fact
DATE, FIELD, NATIONALITY = "isCreatedInYear", "isAssociatedWithField", "hasNationality"  # texts and columns, not facts
BETWEEN_ARTISTS = {"isInfluencedBy", "isFriendOf", "isPupilOf"}
OF_ARTISTS = {"hasCitizenship", "wasBornIn", "diedIn", "isAssociatedWithArtMovement", "isMemberOfPaintingSchool"}
NEEDED = {"isCreatedByArtist", "hasStyle", "belongsToGenre", "hasCountryOfOrigin", "isLocatedIn", DATE}
FEWEST = {"Style": 8, "Genre": 8, "Museum": 5, "Medium": 8, "Country": 3, "Place": 2, "School": 2}
LABELS = {"Tag": "Motif"}
NAMES = {"place:q2807": "Madrid"}
MOST_YEARS_APART = 60  # a work from the middle of its artist's works; farther is taken for a wrong date
LAST_LATIN = "\u0250"  # titles in other scripts are left out

WORKS_PER_ARTIST = (5, 36)
ARTWORKS = 2160
FEWEST_PER_MOTIF = 20
MOTIFS_IN_TEXT = 5
HELD_OUT_SHARE, HELD_OUT_SHARE_DRAWN = 0.045, 0.15

# Not motifs of a picture but of its anatomy, its viewer or its cataloguer.
NOT_MOTIFS = re.compile(
    r"breast|navel|nipple|areola|pubic|pubis|buttock|gluteal|dimples|topless|nud[ei]|naked|malleolus|armpit|décolleté|"
    r"decolletage|contrapposto|hipshot|overweight|steatomery|people|hair|eyebrow|^(part|head|back|sole|toe|hip|waist|"
    r"painting|portrait|landscape|standing|sitting|lying|kneeling|human|group of humans|gaze.*|eye contact|"
    r"art of painting|physical container|specular reflection|mirror image|young adult.*|half-reclining|"
    r"high-angle shot|aerial perspective|contre-jour|light source|interior|vespaio|bijou|landscape painting)$",
    re.IGNORECASE,
)


class Fact(NamedTuple):
    head: str
    relation: str
    tail: str


class Source(NamedTuple):
    labels: dict[str, str]
    names: dict[str, str]
    facts: list[Fact]


def chance(text: str) -> float:
    """A number in [0, 1) that depends on the text alone."""
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8]) / 2**64


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def read(folder: Path) -> Source:
    """Entities and facts of a folder, in this example's names for labels and relations."""
    entities = rows(folder / "entities.csv")
    labels = {row["id"]: LABELS.get(row["type"], row["type"]) for row in entities}
    names = {row["id"]: NAMES.get(row["id"], row["name"]) for row in entities}
    facts = set()
    for row in rows(folder / "triples.csv"):
        head, relation, tail = row["head"], RENAMED.get(row["relation"], row["relation"]), row["tail"]
        if relation in REVERSED:
            head, relation, tail = tail, REVERSED[relation], head
        facts.add(Fact(head, relation, tail))
    return Source(labels, names, sorted(facts))


def join(first: Source, second: Source) -> Source:
    facts = sorted({*first.facts, *second.facts})
    return Source(first.labels | second.labels, first.names | second.names, facts)


def choose_artworks(source: Source, drawn: set[str]) -> set[str]:
    """Works with every needed relation and one artist of several such works; the longest known to Wikidata first."""
    about: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for head, relation, tail in source.facts:
        about[head][relation].append(tail)
    of_artist = defaultdict(list)
    for work, known in about.items():
        complete = source.labels[work] == "Artwork" and known.keys() >= NEEDED and len(known["isCreatedByArtist"]) == 1
        if complete and re.fullmatch(r"Q\d+", work) and max(source.names[work]) < LAST_LATIN:
            of_artist[known["isCreatedByArtist"][0]].append(work)
    fewest, most = WORKS_PER_ARTIST
    works = [
        work for made in of_artist.values() if len(made) >= fewest for work in sorted(made, key=wikidata_number)[:most]
    ]
    return drawn | set(sorted(works, key=wikidata_number)[: ARTWORKS - len(drawn)])


def wikidata_number(work: str) -> int:
    return int(work.removeprefix("Q"))


def choose_facts(source: Source, works: set[str], kept: set[Fact]) -> list[Fact]:
    """Facts of the chosen works, of their artists and of those they are related to, without rarely named tails."""
    artists = {tail for head, relation, tail in source.facts if head in works and relation == "isCreatedByArtist"}
    between = [f for f in source.facts if f.relation in BETWEEN_ARTISTS and (f.head in artists or f.tail in artists)]
    artists |= {end for fact in between for end in (fact.head, fact.tail)}
    facts = [
        fact
        for fact in source.facts
        if (fact.head in works and fact.relation not in (DATE,))
        or (fact.head in artists and fact.relation in OF_ARTISTS)
    ]
    facts = [f for f in facts if f.relation != "depicts" or not NOT_MOTIFS.search(source.names[f.tail])]
    named = Counter(fact.tail for fact in facts)
    fewest = FEWEST | {"Motif": FEWEST_PER_MOTIF}
    facts = [f for f in facts if f in kept or named[f.tail] >= fewest.get(source.labels[f.tail], 1)]
    return sorted({*facts, *between})


def split(facts: list[Fact], works: set[str], drawn: set[str]) -> dict[Fact, str]:
    """About 90/5/5 by the unordered pair; held-out works wholly; where that leaves an entity unseen, train."""
    held_out = {}
    for work in works:
        share = HELD_OUT_SHARE_DRAWN if work in drawn else HELD_OUT_SHARE
        if chance(f"held out {work}") < share:
            held_out[work] = "val" if chance(f"which {work}") < 0.5 else "test"
    splits = {}
    for fact in facts:
        place = chance(" ".join(sorted((fact.head, fact.tail))))
        splits[fact] = held_out.get(fact.head) or ("train" if place < 0.9 else "val" if place < 0.95 else "test")
    of_pair = defaultdict(list)
    for fact in facts:
        of_pair[frozenset((fact.head, fact.tail))].append(fact)
    seen = {end for fact, part in splits.items() if part == "train" for end in (fact.head, fact.tail)}
    for pair, joined in of_pair.items():
        if not pair <= seen and not pair & held_out.keys():
            splits |= dict.fromkeys(joined, "train")
            seen |= pair
    return splits


def dates(source: Source, works: set[str]) -> dict[str, int]:
    """Decade by work; one that is far from the artist's others is taken for an error and left out."""
    decade = {f.head: int(f.tail.split(":")[1]) for f in source.facts if f.relation == DATE and f.head in works}
    artist = {f.head: f.tail for f in source.facts if f.relation == "isCreatedByArtist" and f.head in works}
    of_artist = defaultdict(list)
    for work, year in decade.items():
        of_artist[artist[work]].append(year)
    return {w: y for w, y in decade.items() if abs(y - median(of_artist[artist[w]])) <= MOST_YEARS_APART}


def listed(words: list[str]) -> str:
    return words[0] if len(words) == 1 else ", ".join(words[:-1]) + " and " + words[-1]


def span(years: list[int]) -> str:
    first, last = min(years), max(years)
    return f"the {first}s" if first == last else f"the {first}s to the {last}s"


def text_of_artwork(year: int | None, motifs: list[str]) -> str:
    """From its decade, and motifs that are too rare to be facts of the graph: nothing that is predicted."""
    text = f"A work of art of the {year}s." if year else "A work of art."
    return text + (f" Seen in it: {listed(motifs)}." if motifs else "")


def text_of_artist(fields: list[str], years: list[int], genres: list[str]) -> str:
    """From occupations, decades of works, and what train facts say of the works' genres."""
    text = listed(fields).capitalize() if fields else "Artist"
    text += f", with works of {span(years)}" if years else ""
    return text + (f"; chiefly {listed(genres)}." if genres else ".")


def text_of_style(years: list[int], countries: list[str]) -> str:
    """From the decades and countries of the works that train facts put in the style."""
    if not years or not countries:
        return "A style or movement in art."
    middle = sorted(years)[len(years) // 10 : len(years) - len(years) // 10]
    return f"A style or movement in art, in works of {span(middle)}, mostly from {listed(countries)}."


def most(values: list[str], count: int, share: float = 0.2) -> list[str]:
    """The most frequent values that make up at least this share, ties by name."""
    ranked = sorted(Counter(values).items(), key=lambda item: (-item[1], item[0]))
    return [value for value, times in ranked[:count] if times >= share * len(values)]


def texts(source: Source, splits: dict[Fact, str], year: dict[str, int]) -> dict[str, str]:
    """Text by entity: works, artists and styles have one, all others none."""
    told: dict[tuple[str, str], list[str]] = defaultdict(list)
    for fact, part in splits.items():
        if part == "train":
            told[fact.head, fact.relation].append(fact.tail)
            told[fact.tail, fact.relation].append(fact.head)
    ids = {end for fact in splits for end in (fact.head, fact.tail)}
    fields, rare = defaultdict(list), defaultdict(list)
    spoken = "|".join(re.escape(source.names[i]) for i in ids if source.labels[i] != "Artwork")
    tells = re.compile(rf"\b({spoken})\b", re.IGNORECASE)
    for head, relation, tail in source.facts:
        name = source.names[tail]
        if relation == FIELD and head in ids and not re.fullmatch(r"Q\d+", name):
            fields[head].append(name)
        if relation == "depicts" and head in ids and not NOT_MOTIFS.search(name) and not tells.search(name):
            rare[head].append(name)

    made: dict[str, str] = {}
    for entity in sorted(ids):
        label = source.labels[entity]
        if label == "Artwork":
            motifs = sorted(rare[entity], key=lambda motif: chance(entity + motif))[:MOTIFS_IN_TEXT]
            made[entity] = text_of_artwork(year.get(entity), sorted(motifs))
        elif label == "Artist":
            works = told[entity, "isCreatedByArtist"]
            genres = [source.names[genre].lower() for work in works for genre in told[work, "belongsToGenre"]]
            years = [year[work] for work in works if work in year]
            jobs = sorted(fields[entity], key=lambda job: (job != "painter", job))[:4]
            made[entity] = text_of_artist(jobs, years, most(genres, 3))
        elif label == "Style":
            works = told[entity, "hasStyle"]
            countries = [source.names[place] for work in works for place in told[work, "hasCountryOfOrigin"]]
            years = [year[work] for work in works if work in year]
            made[entity] = text_of_style(years, most(countries, 2))
    return made


def write(path: Path, header: list[str], lines: list[list[str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerows([header, *lines])


def main(folder: Path) -> None:
    added = read(HERE / "additions")
    source = join(read(folder), added)
    pictures = {row["id"]: f"images/{row['drawing']}.png" for row in rows(HERE / "drawings" / "index.csv")}
    works = choose_artworks(source, set(pictures))
    facts = choose_facts(source, works, set(added.facts))
    splits = split(facts, works, set(pictures))
    year = dates(source, works)
    text = texts(source, splits, year)

    ids = sorted({end for fact in facts for end in (fact.head, fact.tail)})
    entities = []
    for entity in ids:
        url = f"https://www.wikidata.org/wiki/{entity}" if re.fullmatch(r"Q\d+", entity) else ""
        date = f"{year[entity]}s" if entity in year else ""
        rights = "redrawn for this project, CC0" if entity in pictures else ""
        head = [entity, source.labels[entity], source.names[entity], text.get(entity, "")]
        entities.append([*head, pictures.get(entity, ""), url, rights, date])
    write(HERE / "entities.csv", ["id", "label", "name", "text", "image", "url", "rights", "date"], entities)
    write(HERE / "triples.csv", ["head", "relation", "tail", "split"], [[*fact, splits[fact]] for fact in facts])


if __name__ == "__main__":
    main(Path(sys.argv[1]))
