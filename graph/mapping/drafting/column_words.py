"""The words by which museums call their columns, in seven languages and some codes, and what each may mean."""

import re
import unicodedata

# Patterns are for names as `plain` writes them: "Künstler/in" is "kunstler in".
PEOPLE = re.compile(
    r"artist|\bmakers?\b|creator|\bauthors?\b|painter|photographer|constituent|contributor|full ?name|^people$|"
    r"kunstler|urheber|hersteller|auteur|^autr$|createur|vervaardiger|kunstenaar|schilder|\bautore?\b|autores|pittore|kunstner|"
    r"konstnar|ophav|creador|fotograf(en|o)?$|^display name$|\bactors?$"
)
IDS = re.compile(
    r"^key$|ids?$|\bidno$|identif|\buris?$|\biri$|nummer|number|\bno$|\bnr$|\bnum|^inv|^acc|acno|\birn$|\bref$|signatur|lref$|inventar"
)
# What works are known by.
WORKS = re.compile(r"^(object|work|artwork|item|record) ?(id|number|no|nr)$|^obj ?id$")
PARENTS = re.compile(r"^parent ?(object|work|item|record|term|place|location)? ?(id|number|no)$")
SURE_IDS = re.compile(r"^((object|work|record|item) ?)?(id|item|uri|iri|identifier|key)$|\bidno$")
TITLES = re.compile(r"\b(title|titel|titre|titr|titulo|titolo)s?$")
NAMES = re.compile(
    r"title$|titel$|titre$|titr$|titulo$|titolo$|names?$|labels?$|nombre$|\bnome$|naam$|navn$|namn$|bezeichnung|^fc$|^text$"
)
TEXTS = re.compile(r"descri|descr|\btext|notes?$|summary|\bbio|abstract|beschr|omschrijving|commentaire|provenance")
# Behind a column's name: the language of its values, with a country or without.
LANGUAGES = re.compile(
    r" (en|eng|english|de|deu|ger|german|deutsch|fr|fra|fre|french|francais|es|spa|spanish|espanol|it|ita|italian|"
    r"italiano|nl|nld|dut|dutch|nederlands|da|dan|danish|dansk|sv|nb|nn|fi|pl|pt|por|cs|hu|ro|ru|el|tr|ca|ja|zh|ko|ar|la|lat|latin)"
    r"( [a-z]{2})?$"
)
ADDRESSES = re.compile(r"url|link|web|href|\buri\b|persistent")
PICTURES = re.compile(r"image|thumb|picture|photo|\bbild|afbeelding|immagine|imagen")
DATES = re.compile(
    r"date|year|begin|start|\bend\b|earliest|latest|century|period|jahr|datum|datier|datering|annee|\banno|\bano\b|fecha|"
    r"dataz|\bdata\b|inception|cronolog|epoque|epoca|siecle|siglo|secolo|^mill|^peri|jaar|entstehung|gebor|gestorb|birth|death"
)
FIRSTS = re.compile(r"earliest|begin|start|from|\bvon\b|\bfirst\b|inizio|debut")
LASTS = re.compile(r"latest|\bend|end$|\bto$|until|\bbis\b|\blast\b|\bfin")
# Dates of something else than the making.
LIVES = re.compile(
    r"birth|death|born|died|acqui|access|modif|updat|credit|metadata date|zugang|erwerb|gebor|gestorb|naiss|\bmort|"
    r"deces|nacim|muerte|nascita|morte|geboorte|overl|exhib|entry|entered|release|stamp"
)
# What is written of a thing rather than shared by many, what is about its record, and the parts of a person's name.
WORDS = re.compile(
    r"^descri|credit|provenance|note|dimension|inscription|remark|copyright|bemerk|\bbio$|\bmasse\b|inschrift"
)
TECHNICAL = re.compile(
    r"caption|file|resolution|sort|\border|count$|language|locale|uuid|guid|lqip|timestamp|status|modified|updated|"
    r"suggest|autocomplete|latitud|longitud|\bcoord|^(title|name|text|uri|url) ?type$|\bstamp\b|"
    r"color|colour|version|thumbnail|\bsizes?$|width|height|depth$|\bprefix|suffix|start letter|alpha"
)
NAME_PARTS = re.compile(
    r"^(first|middle|last)$|(first|middle|last|given|family|fore|sur|vor|nach) ?name|suffix|prefix|^name title$|sort|"
    r"^lastname$|start letter"
)
MATERIALS = re.compile(r"medium|materi|techni|tecnic|^tech$|teknik|support|soporte|matiere")
ROLES = re.compile(r"\b(role|roles|role type|prefix|rolle|rol|funktion|fonction|funcion|ruolo)$|roletype$")
KINDS = re.compile(r"\b(type|kind|category|art)$|type$")
NATIONALITIES = re.compile(r"nationalit|nationaliteit|nacionalidad|nazionalita|citizenship")
BIRTHPLACES = re.compile(
    r"birth ?place|place (of )?birth|born in|geburtsort|lieu (de )?naiss|lugar (de )?nacim|"
    r"luogo (di )?nascita|geboorteplaats"
)
DEATHPLACES = re.compile(
    r"death ?place|place (of )?death|died in|sterbeort|todesort|lieu (de )?(mort|deces)|lugar (de )?muerte|"
    r"luogo (di )?morte|sterfplaats|overlijdensplaats"
)
SHOWN = re.compile(r"( (titles?|names?|labels?|display|texts?|terms?))+$")
# By its name, or by how nine of ten values begin.
IDENTIFIERS = {
    "ulan": (
        re.compile(r"\bulan"),
        re.compile(r"https?://(vocab\.getty\.edu/(page/)?ulan/|www\.getty\.edu/vow/ULAN)|500\d{6}$"),
    ),
    "aat": (re.compile(r"\baat\b"), re.compile(r"https?://(vocab\.getty\.edu/(page/)?aat/|www\.getty\.edu/vow/AAT)")),
    "tgn": (re.compile(r"\btgn\b"), re.compile(r"https?://(vocab\.getty\.edu/(page/)?tgn/|www\.getty\.edu/vow/TGN)")),
    "wikidata": (re.compile(r"wiki ?data|\bqid\b|\bwiki q"), re.compile(r"(https?://www\.wikidata\.org/\w+/)?Q\d+$")),
    "gnd": (re.compile(r"\bgnd\b"), re.compile(r"https?://d-nb\.info/gnd/")),
    "viaf": (re.compile(r"\bviaf"), re.compile(r"https?://viaf\.org/")),
    "rkd": (re.compile(r"\brkd"), re.compile(r"https?://rkd\.nl/")),
    "geonames": (re.compile(r"geonames"), re.compile(r"https?://(www\.|sws\.)?geonames\.org/")),
}
# What stands in a table, by the name of its file or sheet.
LABELS = {
    "Person": re.compile(
        r"\b(artists?|people|persons?|personen|constituents?|makers?|creators?|authors?|kunstler\w*|kunstenaars?|auteurs?|"
        r"artistes?|autor\w*|artist[ai]s?|individuals?|agents?|actors?|sitters?|donors?)\b"
    ),
    "Place": re.compile(r"\b(places?|orte?|lieux|lieu|lugares|luoghi|plaatsen|geograph\w*|locations?|sites?)\b"),
    "Exhibition": re.compile(r"\b(exhibitions?|ausstellungen|expositions?|exposiciones|mostre|tentoonstellingen)\b"),
}
# Of a table whose name is one of these alone, that is what its rows are.
VOCABULARIES = re.compile(
    r"^(types?|roles?|periods?|departments?|medium|media|materials?|techniques?|classifications?|cultures?|"
    r"nationalit(y|ies)|countr(y|ies)|styles?|movements?|subjects?|terms?|keywords?|tags?|genres?|"
    r"images?|videos?|audio|publications?|books?|bibliograph(y|ies)|events?)( (view|list|table|items?|master))?$"
)
# What a role may mean; of what is none of these a person decides.
MEANINGS = {
    "copiedAfter": re.compile(r"\bafter\b|\bnach\b|\bnaar\b|d'apres"),
    "portrays": re.compile(r"sitter|portrayed|^subject$|depicted|dargestellt|modele\b"),
    "publishedBy": re.compile(r"publish|verleg|uitgever|editeur"),
    "printedBy": re.compile(r"^printer|lithograph|druck|drukker|imprimeur"),
    "ownedBy": re.compile(r"\bowner|besitzer|eigenaar"),
    "givenBy": re.compile(r"donor|giver|stifter|schenker"),
    "createdBy": re.compile(
        r"artist|maker|painter|creator|author|sculpt|photograph|designer|manufactur|printmaker|engrav|modell?er\b|decorator|illustrat|etcher|draftsman|"
        r"draughtsman|architect|smith\b|jewel|weaver|potter|calligraph|kunst|maler|bildhauer|schilder|beeldhouwer|fotograf|fotograaf|tekenaar|zeichner|stecher|"
        r"graveur|peintre|auteur|dessinateur|pintor|pittore|autor|scultore|incisore|grabador"
    ),
}


# An attribution is no fact.
DOUBTED = re.compile(r"attribu|possibl|probabl|alleged|doubt|formerly|zugeschr|vermutl|toegeschr|mogelijk|tilskr")
# Columns that say how sure a maker is, and what in them says that it is not the maker's own work.
QUALIFIERS = re.compile(r"qualif|attribut|\bprefix$|certainty|zuschreibung|toeschrijving")
QUALIFIED = re.compile(
    rf"{DOUBTED.pattern}|\bafter\b|worksh|circle|follow|\bschool\b|style|manner|\bcop(y|ies)|studio|imitat|pupil|\?|"
    r"\bnach\b|werkst|umkreis|\bschule\b|\bart de|atelier|entourage|suiveu|d'apres|omgeving|navolg|werkpl|\bnaar\b|"
    r"bottega|cerchia|seguace|scuola|maniera|taller|circulo|seguidor"
)


# How Microsoft's XML writes what no element's name may hold: K_x00FC_nstler.
ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")


def plain(name: str) -> str:
    """A column's name in small letters without accents and numbers, its words apart: ``Artist_DisplayName[1]`` is
    ``artist display name``. Of a path the part behind the last list."""
    last = ESCAPED.sub(lambda sign: chr(int(sign[1], 16)), name.rstrip(".*").rpartition("*.")[2].replace("@", " "))
    bare = fold_accents(last)
    apart = re.sub(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", " ", bare)
    return " ".join(re.sub(r"[^a-z]+", " ", apart.casefold()).split())


def fold_accents(text: str) -> str:
    """``après`` as ``apres``."""
    return "".join(sign for sign in unicodedata.normalize("NFKD", text) if not unicodedata.combining(sign))


def part_language(name: str) -> tuple[str, str]:
    """A column's name as `plain` writes it, and the language behind it: ``title.en`` and ``title_en`` are title, en."""
    # Wikibase has {"en": {"language": "en", "value": "Wave"}}.
    said = plain(name).removesuffix(" value")
    found = LANGUAGES.search(said)
    said = said if found else plain(name)
    return (said[: found.start()], found[0].strip().replace(" ", "-")) if found else (said, "")


def find_identifier(name: str, values: list[str]) -> str | None:
    """Of which authority file a column's values are, such as ``ulan``; None where of none."""
    written = plain(name)
    for authority, (named, begun) in IDENTIFIERS.items():
        if named.search(written) and not re.search(r"(names?|labels?|titles?)$", written):
            return authority
        if values and sum(bool(begun.match(value)) for value in values) > 0.9 * len(values):
            return authority
    return None


def find_meaning(role: str) -> str | None:
    """The relation that a role means; None where that is not known, or the role itself doubts it."""
    bare = fold_accents(role).casefold()
    if DOUBTED.search(bare):
        return None
    return next((name for name, words in MEANINGS.items() if words.search(bare)), None)


def camel(name: str) -> str:
    """``creation_date`` as CreationDate, ``style_titles.*`` as Style, ``birth.place.name`` as Place: of a path the last
    part that says something, of a plural the singular."""
    name = ESCAPED.sub(lambda sign: chr(int(sign[1], 16)), name)
    parts = [part for part in name.replace("@", "").split(".") if part not in ("*", "children", "#text")]
    while len(parts) > 1 and parts[-1].casefold() in ("name", "title", "label", "value", "term", "text", "id"):
        parts = parts[:-1]
    last = parts[-1] if parts else name
    apart = re.sub(r"([a-z])([A-Z])", r"\1 \2", re.sub(r"\[\d+\]$", "", last))
    words = [word for word in re.split(r"[^\w]+|_", apart) if word]
    shown = SHOWN.sub("", " ".join(words).casefold())
    words = words if shown in ("object", "work", "item", "record") else words[: len(shown.split())]
    joined = "".join(word[0].upper() + word[1:] for word in words) or "Thing"
    joined = singular(joined)
    return f"{joined}Value" if joined in ("Entity", "Model", "Decision", "Doubt", "Encoder", "Schema") else joined


def singular(word: str) -> str:
    """``Subjects`` as Subject, ``Categories`` as Category; what only looks like a plural stays."""
    if word.endswith("Series"):
        return word
    if re.search(r"(?<![aeiou])ies$", word):
        return f"{word[:-3]}y"
    return word[:-1] if re.search(r"[^aious]s$", word) else word
