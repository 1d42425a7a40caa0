-- What every table's walls stand on: who is at work, where, and the trail of what they change.
-- Runs after the tables sites, staff, staff_sites, sharing_choices and audit_entries exist.

-- The site of this login. By session_user: no setting and no SET ROLE can change it.
CREATE FUNCTION current_site_id() RETURNS bigint
LANGUAGE sql STABLE PARALLEL SAFE SET search_path = public, pg_temp
AS $$ SELECT id FROM sites WHERE login = session_user $$;

-- What the group chose for a subject of the sharing matrix; NULL (nothing is shared) when it chose nothing.
CREATE FUNCTION sharing_choice(wanted text) RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE SET search_path = public, pg_temp
AS $$ SELECT choice FROM sharing_choices WHERE subject = wanted $$;

-- The member of staff who acts in this transaction. Refused: none; one who does not work at this site.
CREATE FUNCTION acting_staff() RETURNS bigint
LANGUAGE plpgsql STABLE SET search_path = public, pg_temp
AS $$
DECLARE
  acting bigint := nullif(current_setting('vpterm.staff', true), '')::bigint;
  site bigint := current_site_id();
BEGIN
  IF acting IS NULL THEN
    RAISE EXCEPTION 'a write needs a member of staff' USING ERRCODE = 'VP001';
  END IF;
  IF site IS NOT NULL AND NOT EXISTS (
    SELECT 1 FROM staff_sites WHERE staff_id = acting AND site_id = site AND ended_on IS NULL
  ) THEN
    RAISE EXCEPTION 'this member of staff does not work at this site' USING ERRCODE = 'VP002';
  END IF;
  RETURN acting;
END $$;

CREATE FUNCTION attribute_row() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_temp
AS $$
DECLARE
  acting bigint := acting_staff();
BEGIN
  NEW.changed_at := now();
  NEW.changed_by := acting;
  NEW.changed_site := current_site_id();
  IF TG_OP = 'INSERT' THEN
    NEW.created_at := NEW.changed_at;
    NEW.created_by := acting;
    NEW.created_site := NEW.changed_site;
  ELSE
    NEW.created_at := OLD.created_at;
    NEW.created_by := OLD.created_by;
    NEW.created_site := OLD.created_site;
  END IF;
  RETURN NEW;
END $$;

CREATE FUNCTION require_staff() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_temp
AS $$ BEGIN PERFORM acting_staff(); RETURN OLD; END $$;

CREATE FUNCTION refuse_change() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_temp
AS $$
BEGIN
  RAISE EXCEPTION 'rows of % are never changed nor deleted', TG_TABLE_NAME USING ERRCODE = 'VP003';
END $$;

-- SECURITY DEFINER: nobody may write the trail by hand, so the trigger writes it as vpterm_functions.
CREATE FUNCTION audit_row() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
DECLARE
  before_change jsonb := CASE WHEN TG_OP = 'INSERT' THEN NULL ELSE to_jsonb(OLD) END;
  after_change jsonb := CASE WHEN TG_OP = 'DELETE' THEN NULL ELSE to_jsonb(NEW) END;
BEGIN
  INSERT INTO audit_entries (site_id, staff_id, happened_at, table_name, row_id, operation, old_values, new_values)
  VALUES (
    current_site_id(), current_setting('vpterm.staff')::bigint, clock_timestamp(), TG_TABLE_NAME,
    (coalesce(after_change, before_change) ->> 'id')::bigint, TG_OP, before_change, after_change
  );
  RETURN NULL;
END $$;

-- The boards of a site re-read themselves when one of their tables changed. The message says the table, no more:
-- channels are not behind row security.
CREATE FUNCTION tell_board() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_temp
AS $$
BEGIN
  PERFORM pg_notify('board_' || coalesce(NEW.site_id, OLD.site_id), TG_TABLE_NAME);
  RETURN NULL;
END $$;

ALTER FUNCTION audit_row() OWNER TO vpterm_functions;
REVOKE ALL ON FUNCTION audit_row() FROM PUBLIC;
GRANT INSERT ON audit_entries TO vpterm_functions;
GRANT SELECT ON sites, sharing_choices TO vpterm_functions;
GRANT SELECT ON sites, sharing_choices, staff_sites TO vpterm_door, vpterm_management;

-- The installation itself is member of staff number 1: what the command line and imports do is signed by it.
INSERT INTO staff (id, login, first_name, last_name, created_by, changed_by) VALUES (1, 'vpterm', '', 'vpterm', 1, 1);
ALTER TABLE staff ALTER COLUMN id RESTART WITH 2;

-- What is shared until the group chooses otherwise (docs/concepts.md).
INSERT INTO sharing_choices (subject, choice, created_by, changed_by) VALUES
  ('fees', 'override', 1, 1), ('balance', 'amount', 1, 1), ('agenda', 'free-busy', 1, 1),
  ('stock', 'read-only', 1, 1), ('recalls', 'preferred-site', 1, 1), ('notes', 'group', 1, 1);
