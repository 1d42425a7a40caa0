-- What the tables themselves need: extensions that every PostgreSQL ships, and functions of generated columns.
CREATE EXTENSION IF NOT EXISTS unaccent;
CREATE EXTENSION IF NOT EXISTS btree_gist;
REVOKE CREATE ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO vpterm_site, vpterm_management, vpterm_door, vpterm_functions;
-- An owner of functions must be able to create where they stand, while it is given them.
GRANT CREATE ON SCHEMA public TO vpterm_functions;

-- Text as it is searched: small letters without accents, everything else one space. Mirrors kernel.text.normalise.
-- IMMUTABLE although unaccent() is not: its dictionary is named, and ships with the server.
CREATE FUNCTION normalised(original text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE SET search_path = public, pg_temp
AS $$ SELECT btrim(regexp_replace(lower(unaccent('unaccent', original)), '[^a-z0-9]+', ' ', 'g')) $$;
