"""Documents written by hand, with tables in them as the code states them."""


class NoPlace(Exception):
    """The document does not say where a table belongs."""


def with_table(written: str, name: str, source: str, table: str) -> str:
    """The text with this table between the two lines that name it and the file it is made from. NoPlace."""
    begin = f"<!-- {name}: begin; made from {source} by `make docs` -->\n"
    end = f"<!-- {name}: end -->\n"
    before, begins, rest = written.partition(begin)
    _, ends, after = rest.partition(end)
    if not begins or not ends:
        raise NoPlace(f"the document lacks the line {begin.strip()} or {end.strip()}")
    return f"{before}{begin}{table}{end}{after}"
