#!/bin/sh
# One role for each service, owner of the schema of the same name, and one that reads all of them for the nightly audit.
# Run once, when the database is made. On a database that is there already: the last part alone, as its owner.
set -eu

for service in intake dispatch followup analytics; do
  name=$(printf '%s' "$service" | tr '[:lower:]' '[:upper:]')_DB_PASSWORD
  password=$(printenv "$name")
  psql --username "$POSTGRES_USER" --dbname "$POSTGRES_DB" --no-psqlrc --quiet --set ON_ERROR_STOP=1 \
    --set role="$service" --set password="$password" --set database="$POSTGRES_DB" <<'SQL'
CREATE ROLE :"role" LOGIN PASSWORD :'password';
CREATE SCHEMA :"role" AUTHORIZATION :"role";
-- Migrations say CREATE SCHEMA IF NOT EXISTS, which asks for this right even when the schema is there.
GRANT CREATE ON DATABASE :"database" TO :"role";
SQL
done

psql --username "$POSTGRES_USER" --dbname "$POSTGRES_DB" --no-psqlrc --quiet --set ON_ERROR_STOP=1 \
  --command 'REVOKE ALL ON SCHEMA public FROM PUBLIC'

# The auditor changes nothing but the outcomes that it keeps, which everybody may read. What is sealed in the vault it
# sees sealed: it has no keys.
psql --username "$POSTGRES_USER" --dbname "$POSTGRES_DB" --no-psqlrc --quiet --set ON_ERROR_STOP=1 \
  --set password="$AUDITOR_DB_PASSWORD" --set database="$POSTGRES_DB" <<'SQL'
CREATE ROLE auditor LOGIN PASSWORD :'password';
GRANT CREATE, TEMPORARY ON DATABASE :"database" TO auditor;
CREATE SCHEMA audit AUTHORIZATION auditor;
GRANT USAGE ON SCHEMA audit TO PUBLIC;
SQL
for service in intake dispatch followup analytics; do
  psql --username "$POSTGRES_USER" --dbname "$POSTGRES_DB" --no-psqlrc --quiet --set ON_ERROR_STOP=1 \
    --set role="$service" <<'SQL'
GRANT USAGE ON SCHEMA :"role" TO auditor;
GRANT SELECT ON ALL TABLES IN SCHEMA :"role" TO auditor;
ALTER DEFAULT PRIVILEGES FOR ROLE :"role" IN SCHEMA :"role" GRANT SELECT ON TABLES TO auditor;
SQL
done
