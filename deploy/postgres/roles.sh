#!/bin/sh
# One role for each service, owner of the schema of the same name. Run once, when the database is made.
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
