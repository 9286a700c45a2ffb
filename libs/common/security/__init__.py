"""Who is asking (tokens), what they may do and see (policy), and how requesters stay hidden (vault, masking)."""
