-- The password hash of a person who works at this site, for a workstation that opens the program without a door.
-- SECURITY DEFINER: the table of hashes itself stays closed to every site's login.
CREATE FUNCTION password_hash_here(wanted_login text) RETURNS text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
  SELECT p.password_hash FROM staff_passwords p JOIN staff s ON s.id = p.staff_id
  WHERE s.login = wanted_login AND s.left_on IS NULL AND EXISTS (
    SELECT 1 FROM staff_sites w WHERE w.staff_id = s.id AND w.site_id = current_site_id() AND w.ended_on IS NULL
  )
$$;
ALTER FUNCTION password_hash_here(text) OWNER TO vpterm_functions;
REVOKE ALL ON FUNCTION password_hash_here(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION password_hash_here(text) TO vpterm_site;
GRANT SELECT ON staff_passwords, staff, staff_sites TO vpterm_functions;

-- Open sessions learn that somebody's rights changed, and read again. The message is the person's number, no more:
-- channels are not behind row security. The argument says in which column of the table that number stands.
CREATE FUNCTION tell_rights() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_temp
AS $$
BEGIN
  IF TG_OP <> 'INSERT' THEN
    PERFORM pg_notify('rights', to_jsonb(OLD) ->> TG_ARGV[0]);
  END IF;
  IF TG_OP <> 'DELETE' THEN
    PERFORM pg_notify('rights', to_jsonb(NEW) ->> TG_ARGV[0]);
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER y_rights AFTER INSERT OR UPDATE OR DELETE ON staff_sites FOR EACH ROW EXECUTE FUNCTION tell_rights('staff_id');
CREATE TRIGGER y_rights AFTER UPDATE OF left_on ON staff FOR EACH ROW EXECUTE FUNCTION tell_rights('id');
