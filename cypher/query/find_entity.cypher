// The entities whose name or text has the given words, the best match first; those with a word in the name lead.
// $words (string): words to look for, in any order; punctuation is ignored
// $limit (integer from 1) = 10: maximum number of rows
// Returns: id, name, label, match, text
WITH reduce(
  plain = toLower($words),
  sign IN ['\\', '+', '-', '!', '(', ')', '{', '}', '[', ']', '^', '"', '~', '*', '?', ':', '/', '&', '|', '<', '>', '=']
  | replace(plain, sign, ' ')
) AS plain
WHERE trim(plain) <> ''
CALL db.index.fulltext.queryNodes('entity_text', 'name:(' + plain + ')^4 text:(' + plain + ')') YIELD node, score
WHERE node:Vlkge
RETURN node.id AS id, node.name AS name, coalesce(node.primary_label, 'Entity') AS label, score AS match,
  node.text AS text
ORDER BY match DESC, id
LIMIT $limit
