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
