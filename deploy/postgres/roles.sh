#!/bin/sh
# The database roles: one that owns all tables and changes them (`huiyin migrate`), one for each service that reads and
# writes the rows of its schema, and one that reads all of them for the nightly audit.
# Run when the database is made. Run again it changes passwords to what the environment says, and gives the owner what
# roles of an earlier release owned; then run `huiyin migrate`, which says what each role may do.
set -eu

sql() {
  psql --username "$POSTGRES_USER" --dbname "$POSTGRES_DB" --no-psqlrc --quiet --set ON_ERROR_STOP=1 \
    --set database="$POSTGRES_DB" "$@"
}

# A password is read from the environment, never from an argument that others could see.
role() {
  sql --set role="$1" --set variable="$2" <<'SQL'
\getenv password :variable
SELECT format('CREATE ROLE %I LOGIN', :'role') WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = :'role') \gexec
ALTER ROLE :"role" PASSWORD :'password';
SQL
}

role owner OWNER_DB_PASSWORD
role auditor AUDITOR_DB_PASSWORD
sql <<'SQL'
REVOKE ALL ON SCHEMA public FROM PUBLIC;
-- Migrations say CREATE SCHEMA IF NOT EXISTS, which asks for this right even when the schema is there.
GRANT CREATE ON DATABASE :"database" TO owner;
-- The auditor changes nothing but the outcomes that it keeps, which everybody may read. What is sealed in the vault it
-- sees sealed: it has no keys.
GRANT CREATE, TEMPORARY ON DATABASE :"database" TO auditor;
CREATE SCHEMA IF NOT EXISTS audit AUTHORIZATION auditor;
GRANT USAGE ON SCHEMA audit TO PUBLIC;
SQL

for service in intake dispatch followup analytics; do
  role "$service" "$(printf '%s' "$service" | tr '[:lower:]' '[:upper:]')_DB_PASSWORD"
  sql --set role="$service" <<'SQL'
CREATE SCHEMA IF NOT EXISTS :"role" AUTHORIZATION owner;
REASSIGN OWNED BY :"role" TO owner;
REVOKE CREATE ON DATABASE :"database" FROM :"role";
GRANT USAGE ON SCHEMA :"role" TO auditor;
GRANT SELECT ON ALL TABLES IN SCHEMA :"role" TO auditor;
ALTER DEFAULT PRIVILEGES FOR ROLE owner IN SCHEMA :"role" GRANT SELECT ON TABLES TO auditor;
SQL
done
