"""The rules of a case: words, and the transition table with THE GUARD."""
