"""Small connectors with one real mistake each: they show that every check can fail.

`base` holds a correct connector for each venue, which passes every check. A specimen overrides one of its hooks. None
of this is related to `harness.connectors`: a mistake there must not be repeated here.
"""
