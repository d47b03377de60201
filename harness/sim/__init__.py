"""Account situations as each venue would tell them; the project's own cassettes are written from them."""
