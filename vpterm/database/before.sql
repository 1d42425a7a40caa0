-- What the tables themselves need: an extension that every PostgreSQL ships, and functions of generated columns.
CREATE EXTENSION IF NOT EXISTS btree_gist;
REVOKE CREATE ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO vpterm_site, vpterm_management, vpterm_door, vpterm_functions;
-- An owner of functions must be able to create where they stand, while it is given them.
GRANT CREATE ON SCHEMA public TO vpterm_functions;

-- Text as it is searched: small ASCII letters and digits, everything else one space. Mirrors kernel.text.normalise
-- for every code point (tests/database/test_normalised.py); without unaccent(), whose rules differ between versions.
CREATE FUNCTION normalised(original text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE SET search_path = public, pg_temp
AS $$
  SELECT btrim(regexp_replace(lower(
    replace(replace(replace(replace(replace(replace(replace(replace(translate(
      regexp_replace(normalize(original, NFKD), '[\u0300-\u036f]', '', 'g'),
      'ØøĐđÐðŁłĦħŦŧŊŋı', 'ooddddllhhttnni'),
      'Œ', 'oe'), 'œ', 'oe'), 'Æ', 'ae'), 'æ', 'ae'), 'ẞ', 'ss'), 'ß', 'ss'), 'Þ', 'th'), 'þ', 'th')
  ), '[^a-z0-9]+', ' ', 'g'))
$$;

-- Every four digits that stand side by side in a number: by these a telephone is found from within (an index of them).
CREATE FUNCTION digit_runs(number text) RETURNS text[]
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE SET search_path = public, pg_temp
AS $$
  SELECT array(SELECT substr(digits, at, 4) FROM regexp_replace(number, '[^0-9]', '', 'g') AS digits,
    generate_series(1, length(digits) - 3) AS at)
$$;
