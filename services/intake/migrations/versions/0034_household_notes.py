"""Notes of households that are for few."""

from alembic import op

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None

_STATEMENTS = (
    """
    CREATE TABLE household_note (
        household_id text NOT NULL,
        number int NOT NULL,
        correction int NOT NULL,
        cleared boolean NOT NULL,
        sealed bytea NOT NULL,
        who text NOT NULL,
        unit_code text,
        staff_id text,
        at timestamptz NOT NULL,
        PRIMARY KEY (household_id, number, correction),
        CONSTRAINT household_note_household_id_fkey FOREIGN KEY (household_id) REFERENCES household (household_id),
        CONSTRAINT household_note_number_check CHECK (number > 0),
        CONSTRAINT household_note_correction_check CHECK (correction >= 0)
    )
    """,
    """
    CREATE FUNCTION household_note_stays_as_written() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION 'notes of households stay as they were written';
    END $$
    """,
    """
    CREATE TRIGGER household_note_append_only BEFORE UPDATE OR DELETE ON household_note
    FOR EACH ROW EXECUTE FUNCTION household_note_stays_as_written()
    """,
    """
    CREATE TRIGGER household_note_never_emptied BEFORE TRUNCATE ON household_note
    FOR EACH STATEMENT EXECUTE FUNCTION household_note_stays_as_written()
    """,
)


def upgrade() -> None:
    """Only adds: a process of the release before goes on beside it, and knows no notes."""
    for statement in _STATEMENTS:
        op.execute(statement)
