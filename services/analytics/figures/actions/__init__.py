"""From a question to its answer: selected, added up, made into rates."""
