"""Times that cases took (用时), counted into buckets: words that facts, roll-ups and answers share."""
