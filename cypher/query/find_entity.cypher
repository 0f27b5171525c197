// The entities that the given words mean, the best match first. Tried are an id or its beginning, another property in full
// (an inventory number, say), and words of names and texts. Words stand in any order; accents do not count, and the last
// word may only be begun. Where nothing has them, words that are spelled alike are tried. Other
// properties have no index: all entities are read for a number, and for words that nothing else has.
// $words (string): an id, a number, or words to look for; punctuation is ignored
// $limit (integer from 1) = 10: maximum number of rows
// $kinds (list) = []: only entities of these kinds; empty: of all
// $scanned (integer from 1) = null: maximum number of entities whose other properties are read; null: no maximum
// Returns: id, name, label, match, text
WITH reduce(
  bare = normalize(toLower($words), NFD),
  mark IN ['\u0300', '\u0301', '\u0302', '\u0303', '\u0304', '\u0306', '\u0307', '\u0308', '\u030a', '\u030b', '\u030c',
    '\u0327', '\u0328']
  | replace(bare, mark, '')
) AS bare
WITH [word IN split(reduce(
  plain = bare,
  sign IN ['\\', '+', '-', '!', '(', ')', '{', '}', '[', ']', '^', '"', '~', '*', '?', ':', '/', '&', '|', '<', '>', '=']
  | replace(plain, sign, ' ')
), ' ') WHERE trim(word) <> '' | trim(word)] AS words, trim($words) AS given
WHERE words <> []
WITH given, reduce(all = '', word IN words | all + word + ' ') + words[-1] + '*' AS begun,
  reduce(all = '', word IN words | all + word + CASE WHEN size(word) > 3 THEN '~ ' ELSE ' ' END) AS alike
CALL (given) {
  MATCH (e:Entity:Vlkge)
  USING INDEX SEEK e:Entity(id)
  WHERE e.id STARTS WITH given AND size(given) > 1
    AND ($kinds = [] OR coalesce(e.primary_label, 'Entity') IN $kinds)
  WITH e ORDER BY size(e.id), e.id LIMIT $limit
  RETURN collect({node: e, match: CASE WHEN e.id = given THEN 1000.0 ELSE 100.0 END}) AS named
}
CALL (begun) {
  CALL db.index.fulltext.queryNodes('entity_words', 'name:(' + begun + ')^4 text:(' + begun + ')',
    {limit: CASE $kinds WHEN [] THEN 10 * $limit + 100 ELSE 20000 END}) YIELD node, score
  WHERE node:Vlkge AND ($kinds = [] OR coalesce(node.primary_label, 'Entity') IN $kinds)
  WITH node, score ORDER BY score DESC, node.id LIMIT $limit
  RETURN collect({node: node, match: score}) AS worded
}
CALL (alike, named, worded) {
  WITH alike WHERE named + worded = []
  CALL db.index.fulltext.queryNodes('entity_words', 'name:(' + alike + ')^4 text:(' + alike + ')', {limit: 20000})
    YIELD node, score
  WHERE node:Vlkge AND ($kinds = [] OR coalesce(node.primary_label, 'Entity') IN $kinds)
  WITH node, score ORDER BY score DESC, node.id LIMIT $limit
  RETURN collect({node: node, match: score}) AS guessed
}
CALL (given, named, worded, guessed) {
  // A list rather than a condition, below which all entities would be read whether it holds or not.
  UNWIND CASE
    WHEN named + worded + guessed = [] OR (given =~ '.*[0-9].*' AND NOT any(n IN named WHERE n.node.id = given))
    THEN [given] ELSE [] END AS wanted
  MATCH (e:Entity:Vlkge)
  WITH wanted, e LIMIT coalesce($scanned, 9223372036854775807)
  WHERE any(key IN keys(e) WHERE NOT key IN ['id', 'text', 'visual', 'textual']
    AND toLower(toStringOrNull(e[key])) = toLower(wanted))
    AND ($kinds = [] OR coalesce(e.primary_label, 'Entity') IN $kinds)
  WITH e ORDER BY e.id LIMIT $limit
  RETURN collect({node: e, match: 500.0}) AS numbered
}
UNWIND named + numbered + worded + guessed AS hit
WITH hit.node AS node, max(hit.match) AS match
RETURN node.id AS id, node.name AS name, coalesce(node.primary_label, 'Entity') AS label, match, node.text AS text
ORDER BY match DESC, id
LIMIT $limit
