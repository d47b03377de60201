"""How the harness calls what Hyperliquid tells apart by a `type`: the type itself, in kebab case."""

import re

__all__ = ["kebab"]


def kebab(kind: str) -> str:
    """`clearinghouseState` becomes `clearinghouse-state`, and `l2Book` becomes `l2-book`."""
    return re.sub(r"(?<=[a-z0-9])[A-Z]", lambda capital: f"-{capital[0]}", kind).lower()
