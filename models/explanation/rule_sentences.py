"""A rule in a sentence: of 45 artworks created by artist Claude Monet whose style is known, 43 have style …"""

from collections.abc import Sequence

from models.representation.relation_names import words
from models.rules.facts import NONE
from models.rules.rule_set import RuleSet
from models.triples.knowledge_graph import KnowledgeGraph

BEING = ("is", "are", "was", "were")
HAVING = ("has", "have", "had")
# By the form of a relation's name: who is meant, behind a plural, and what is found of them.
WORDINGS = {
    "backwards": ("that {value} has under “{name}”", "stand under “{name}” of {value}"),
    "being": ("{rest} {value}", "{are} {rest} {value}"),
    "having": ("with {rest} {value}", "have {rest} {value}"),
    "verb": ("that {do} {value}", "{do} {value}"),
    "noun": ("with {name} {value}", "have {name} {value}"),
}


def sentence(rules: RuleSet, row: int, graph: KnowledgeGraph) -> str:
    """The rule of a row, with its counts."""
    support, of = int(rules.support[row]), int(rules.of[row])
    step, path = int(rules.step[row]), [int(step) for step in rules.path[row] if step != NONE]
    if rules.answer[row] == NONE:
        way = ", then ".join(_way(graph, step) for step in path)
        asked = _way(graph, step)
        return f"Following {way} ends at what is recorded for {asked} {support:,} of {of:,} times."
    value, answer = graph.names[rules.value[row]], graph.names[rules.answer[row]]
    who = _plural(_start(graph, path[0]))
    body = _clause(graph, path[0], value) if len(path) == 1 else _two_steps(graph, path, value)
    return f"Of {of:,} {who} {body} {_known(graph, step)}, {support:,} {_result(graph, step, answer)}."


def _two_steps(graph: KnowledgeGraph, path: Sequence[int], value: str) -> str:
    """created by any artist born in Paris: the kind in the middle is not said twice."""
    middle = _end(graph, path[0])
    clause = _clause(graph, path[0], f"any {middle}").replace(f" {middle} any {middle}", f" any {middle}")
    return f"{clause} {_clause(graph, path[1], value)}"


def _clause(graph: KnowledgeGraph, step: int, value: str) -> str:
    """What tells which entities are meant, behind a plural."""
    return _say(graph, step, value, 0)


def _known(graph: KnowledgeGraph, step: int) -> str:
    name = words(graph.relations[step % graph.num_relations])
    verb, _, rest = name.partition(" ")
    if step < graph.num_relations and verb in HAVING and rest:
        return f"whose {rest} is known"
    what = f"“{name}”" if step < graph.num_relations else f"place under “{name}”"
    return f"whose {what} is known"


def _result(graph: KnowledgeGraph, step: int, answer: str) -> str:
    """What is found of them."""
    return _say(graph, step, answer, 1)


def _say(graph: KnowledgeGraph, step: int, value: str, place: int) -> str:
    """A step to the value, in one of the two wordings of its relation's name."""
    name = words(graph.relations[step % graph.num_relations])
    verb, _, rest = name.partition(" ")
    if step >= graph.num_relations:
        form = "backwards"
    elif verb in BEING and rest:
        form = "being"
    elif verb in HAVING and rest:
        form = "having"
    else:
        form = "verb" if _is_verb(verb) else "noun"
    are = "were" if verb in ("was", "were") else "are"
    do = f"{_many(verb)} {rest}".rstrip()
    return WORDINGS[form][place].format(name=name, rest=rest, value=value, are=are, do=do)


def _way(graph: KnowledgeGraph, step: int) -> str:
    name = f"“{words(graph.relations[step % graph.num_relations])}”"
    return name if step < graph.num_relations else f"{name} backwards"


def _start(graph: KnowledgeGraph, step: int) -> str:
    """The kind of entity that a step starts from, where there is but one."""
    return _kind(graph, step, 0 if step < graph.num_relations else 1)


def _end(graph: KnowledgeGraph, step: int) -> str:
    return _kind(graph, step, 1 if step < graph.num_relations else 0)


def _kind(graph: KnowledgeGraph, step: int, end: int) -> str:
    kinds = {pair[end] for pair in graph.relation_types[step % graph.num_relations]}
    return words(graph.type_names[kinds.pop()]) if len(kinds) == 1 else "entity"


def _is_verb(word: str) -> bool:
    return len(word) > 3 and (word.endswith("ed") or (word.endswith("s") and not word.endswith("ss")))


def _many(verb: str) -> str:
    """What several do: depicts, depict."""
    return verb.removesuffix("s")


def _plural(kind: str) -> str:
    if kind.endswith("y") and kind[-2:-1] not in tuple("aeiou"):
        return f"{kind[:-1]}ies"
    return f"{kind}es" if kind.endswith(("s", "x", "ch", "sh")) else f"{kind}s"
