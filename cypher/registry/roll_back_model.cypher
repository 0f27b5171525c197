// Makes the champion's predecessor champion again, which keeps a predecessor of its own.
// $version (string): the champion as it was looked at; where another is champion by now, nothing changes
// Returns: version
MATCH (m:Model:Vlkge {version: $version, alias: 'champion'})
MATCH (former:Model:Vlkge {version: m.predecessor})
SET m.alias = null
SET former.alias = 'champion', former.promoted_at = datetime()
RETURN former.version AS version
