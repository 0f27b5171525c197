"""What stands beside the years in a date: eras, words that leave a side open, numbers that are no years."""

import re

BC = re.compile(r"\b(?:b\.?\s?c\.?(?:\s?e\.?)?|v\.\s?chr\.?|av\.\s?j\.?-?\s?c\.?|a\.\s?c\.)(?!\w)")
OUR_ERA = re.compile(r"(?<![b.]\.)(?<!b)\b(?:a\.?d\.?|c\.?e\.?|n\.\s?chr\.?)(?!\w)")
AND = r"(?:[-/]|\b(?:or|and|oder|und|ou|et|of|en|o|e|y|u)\b)"
CENTURY = r"(?:centur(?:y|ies)|jahrhunderts?|jh\.?|siècles?|eeuw|secol[oi]|sec\.?|siglos?|millennium)"
MONTH = (
    r"(?:jan|feb|f[ée]v|mar|mär|maart|apr|avr|abr|ma[iyj]|mag|giu|jun|juin|jul|juil|lug|a[uo][gû]|sep|set|o[ck]t|ott|nov|"
    r"de[cz]|déc|dic|ene|spring|summer|autumn|winter|fr[üu]h)"
)

DASHES = re.compile(
    r"\s*[‐‑‒–—―−]\s*|\s+-\s+"
    r"|(?<!\bup)\s+(?:(?:up )?to|until|till|through|bis(?: zum)?|à|au|jusqu'(?:à|en|au)|tot(?: en met)?|t/m|al|hasta|"
    r"(?:fino|sino) al?)\s+"
)
# They leave one side open: which decade is meant, nobody knows.
OPEN = re.compile(
    r"\b(?:before|after|by|since|prior|post|ante|vor|nach|seit|avant|après|depuis|v[oóò][oóò]r|n[aá]|sinds|dopo|antes|"
    r"después|prima d\w+(?=\s?\d)|pre[- ]?(?=(?:ca?\.?\s?)?\d)|t\.?\s?[pa]\.?\s?q|not before|not after|"
    r"(?:earlier|later|older|younger|früher|später|älter|jünger|eerder|vroeger) (?:than|als|dan)|"
    rf"{AND}\.?\s?(?:\w+\s){{0,2}}(?:later|earlier|thereafter|beyond|older|newer|früher|später|danach|davor|älter|jünger|"
    r"eerder|vroeger|ouder|plus (?:tard|tôt)|oltre|(?:anterior|posterior|successiv)\w*|"
    r"más (?:tarde|temprano)|poi|prima)|"
    r"(?:antér|postér|ultér)ieur\w*|(?:an|pos)terior\w* a\w*|"
    r"at (?:the )?(?:latest|earliest)|at least|as (?:early|late) as|latest|earliest|spätestens|frühestens|"
    r"au plus (?:tard|tôt)|uiterlijk|ten laatste|op zijn (?:vroegst|laatst)|al più (?:tardi|presto)|"
    r"como (?:muy|más) (?:tarde|pronto|temprano)|a más tardar|"
    r"onwards?|forward|aufwärts|in poi|in avanti|(?:en|in) adelante|fortan|still|ongoing|"
    r"presente?|today|now|heute|gegenwart|heden|aujourd'hui|nos jours|présent|oggi|hoy|actualidad|in corso|"
    r"nu(?=\s*$)|on(?=\s*$)|years? (?:ago|old)|jahre alt|million)\b"
    # up to 1890: no year stands before it
    r"|^(?:(?:(?!\d{3}).)*\b(?:up to|until|till|bis|tot|hasta|fino|sino|entro|jusqu\w*|t/m)|to)\b"
    # from 1890: no year stands before it, and no range behind it
    r"|^(?:(?!\d{3}).)*\b(?:from|ab|vanaf|dall?|desde|starting|à partir|a partire?|as of)\b"
    rf"(?!.*(?:\d{{2,4}}s?|\d[a-z.]+|{CENTURY})[)?]*-\D*\d)"
    # ?-1890, ../1890
    r"|^\W*-|^\s*/\s*\d|^\s*[-/]?\.\.|(?:^|[\s(,;])(?:\?+|unknown|unbekannt|inconnu|onbekend)\W*[-/]"
    # 1890-?, 19th century-, 1890/.., 1890-whatever
    rf"|(?:\d|\ds|{CENTURY})[)?~]*\s*-\s*(?:[,;)]|\?(?!\s*(?:ca?\.?\s*)?\d)|$)|\d\s*/\W*(?:open|unknown)?$|\.\.\s*$"
    rf"|\d[s)?~]*\s*-\s*(?!{MONTH})(?!.*\b[ivx]+(?:e|ème)?\s?{CENTURY})\D*$"
    r"|\b(?:to|until|till|bis|tot|à|al|hasta)\s*$"
    r"|\d\s?\+|\d\s?f\b|(?<![a-z])ff\b|\b(?:sqq?|et seq|segg?|sgg)\b|\d\se\.\s?v\b|\bvon\b.*\d\san\b|[<>≤≥]"
)
# Numbers that are no years: of dynasties and inventories, sizes, sums, and years of other eras.
NO_YEAR = re.compile(
    r"\b(?:dynasty|dynastie|dyn\.)\s*\d{1,2}(?:\s?[-/]\s?\d{1,2})?(?!\d)"
    r"|\b(?:inventory|inventar|inv|accession|acc|cat|kat|nos?|nr|n°|lot|plate|pl|fig|pp?)\b[.\s:-]*"
    r"(?:(?:no|nr)\b[.\s]*)?(?:(?!ca?\b)[a-z]{1,3}[.\s-]*)?\d[\w./-]*"
    r"|(?<![\d.])\d{4}\.(?:1[3-9]|[2-9]\d|\d{3,})(?:\.\d+)*(?!\d)"
    r"|(?<!\d)\d+(?:[.,]\d+)?(?:(?:\s?[x×]\s?\d+(?:[.,]\d+)?)+(?:\s?(?:mm|cm|in|m)\b)?|\s?(?:mm|cm|kg|inches|copies)\b)"
    r"|[$€£¥]\s?\d[\d.,]*"
    r"|\b(?:a\.?\s?h\.?|hijri|hegira|samvat|v\.s\.|[sś]aka|a\.m\.|b\.?p\.?)\s?\d{1,4}(?:-\d{1,4})?\s?[/=]?"
    r"|(?<![\d.,±/-])\d[\d.,±/-]*(?:\s[-±]\s\d+)?\s?(?:a\.?\s?h\.?|hijri|samvat|(?:cal\.?\s?)?b\.?\s?p\.?|b\.?e\.?)(?!\w)"
    r"\s?[/=]?"
)
