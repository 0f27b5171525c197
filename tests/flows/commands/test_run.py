"""What `vlkge run` says at its end."""

from flows.commands.run import find_silent


def test_a_relation_without_links_is_told_with_one_reason() -> None:
    relations = [{"relation": "hasStyle", "current": 3}, {"relation": "inDepartment", "current": 0}]
    relations.append({"relation": "diedAt", "current": 0})
    assert find_silent(relations, ["diedAt"]) == ["inDepartment"]
