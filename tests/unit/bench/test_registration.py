"""The statement of the baseline writes the sample's rows with another case's words in them."""

from bench.baselines.registration import Column, Sample, kept_names, statement

NAME = "abcdefghijklmnopabcdefghijklmnop"
CASE = "01a2014e-e4da-77c5-a1f0-1a0e636777b8"


def column(name: str, kind: str, value: str | None, *, indexed: bool = False) -> Column:
    return Column(name, kind, indexed, value)


def sample() -> Sample:
    body = f'{{"case_id":"{CASE}"}}'
    rows = {
        "cases": [[column("case_id", "text", CASE), column("title", "text", "it's 12:30\n\\ now")]],
        "answer": [
            [
                column("idempotency_key", "text", NAME, indexed=True),
                column("body", "bytea", f"\\x{body.encode().hex()}"),
                column("ref", "text", None),
            ]
        ],
        "requester": [
            [column("sealed", "bytea", "\\xff00"), column("phone_index", "bytea", "\\xff01ff01", indexed=True)]
        ],
        "ledger": [[column("key", "text", CASE)]],
        "ledger_unsent": [[column("id", "bigint", "7"), column("part", "smallint", "3")]],
    }
    return Sample(rows, {CASE: "case_id", **kept_names(rows)})


def test_it_counts_the_rows() -> None:
    assert sample().size == 5


def test_words_of_the_case_are_exchanged_also_inside_bytes() -> None:
    said = statement(sample(), 1)
    assert said.count("made.case_id") == 4
    assert 'convert_to(replace(E\'{"case_id"\\x3a' in said
    assert "NULL::text" in said


def test_each_answer_is_kept_under_a_name_of_its_own() -> None:
    said = statement(sample(), 1)
    assert f"replace(E'{NAME}', E'{NAME}', made.key)" in said
    assert kept_names({}) == {}


def test_bytes_differ_only_where_an_index_would_notice() -> None:
    said = statement(sample(), 1)
    assert "E'\\\\xff00'::bytea" in said
    assert "substr(sha256(convert_to(made.case_id, 'UTF8')), 1, 4)" in said


def test_pgbench_finds_no_variable_in_it() -> None:
    said = statement(sample(), 100)
    assert "E'it''s 12\\x3a30\\n\\\\ now'" in said
    assert ":" not in said.replace("::", "")


def test_the_pointer_follows_the_row_of_the_ledger() -> None:
    said = statement(sample(), 1)
    assert 'INSERT INTO intake.ledger_unsent ("id", "part") SELECT "id", "part" FROM ledger_0' in said
    assert "RETURNING id, part, recorded_at" in said


def test_it_writes_as_many_cases_as_wanted() -> None:
    assert "generate_series(1, 100)" in statement(sample(), 100)
