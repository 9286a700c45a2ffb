"""The county pack (县包): a place's way of working as data. Shape, loading, checking, and look-ups."""
