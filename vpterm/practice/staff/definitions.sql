-- What counts as the address of this connection: itself, or the /64 of IPv6; "" on the machine itself. As
-- network_of() of practice/staff/rules.py.
CREATE FUNCTION network_here() RETURNS text
LANGUAGE sql STABLE SET search_path = public, pg_temp
AS $$
  SELECT coalesce(
    CASE WHEN family(inet_client_addr()) = 6 THEN network(set_masklen(inet_client_addr(), 64))::text
    ELSE host(inet_client_addr()) END, '')
$$;

-- What a workstation that opens the program without a door must know of a person who works at this site: the hash of
-- the password, whether codes are asked for (then no hash: the secret of codes stays at the door, so the door is the
-- only way in), and how often was guessed of late, through whichever door (practice/staff/logins.py counts the same).
-- SECURITY DEFINER: hashes and logins themselves stay closed to every site's login.
CREATE FUNCTION way_in_here(wanted_login text, within interval)
RETURNS TABLE (password_hash text, asks_code boolean, of_account bigint, of_address bigint, knows_address boolean)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
  SELECT
    CASE WHEN asked.code THEN NULL ELSE p.password_hash END,
    asked.code,
    (SELECT count(*) FROM login_events e
     WHERE e.login = s.login AND NOT e.accepted AND e.method IN ('password', 'code', 'recovery')
       AND e.happened_at > now() - within
       AND e.happened_at > coalesce(
         (SELECT max(o.happened_at) FROM login_events o
          WHERE o.login = s.login AND o.accepted AND o.happened_at > now() - within), '-infinity')),
    (SELECT count(*) FROM login_events e
     WHERE e.network = network_here() AND NOT e.accepted AND e.method IN ('password', 'code', 'recovery')
       AND e.happened_at > now() - within),
    EXISTS (SELECT 1 FROM login_events k WHERE k.login = s.login AND k.accepted AND k.network = network_here()
            AND k.happened_at > now() - interval '60 days')
  FROM staff s JOIN staff_passwords p ON p.staff_id = s.id
  CROSS JOIN LATERAL (SELECT
    EXISTS (SELECT 1 FROM staff_totp t WHERE t.staff_id = s.id)
    OR EXISTS (SELECT 1 FROM code_policies c JOIN staff_sites w ON w.role = c.role
               WHERE w.staff_id = s.id AND w.ended_on IS NULL AND c.rule = 'required') AS code) asked
  WHERE s.login = wanted_login AND s.left_on IS NULL AND EXISTS (
    SELECT 1 FROM staff_sites w WHERE w.staff_id = s.id AND w.site_id = current_site_id() AND w.ended_on IS NULL
  )
$$;

-- A workstation writes down who came in there or guessed wrong, from the address that the connection itself has, for
-- people of its own site only. SECURITY DEFINER: the list of logins is the door's; signed by the person it is about,
-- since a workstation has nobody else to sign with.
CREATE FUNCTION note_login_here(wanted_login text, is_accepted boolean, looked_at boolean) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
DECLARE
  person bigint := (
    SELECT s.id FROM staff s JOIN staff_sites w ON w.staff_id = s.id
    WHERE s.login = wanted_login AND s.left_on IS NULL AND w.site_id = current_site_id() AND w.ended_on IS NULL LIMIT 1
  );
BEGIN
  IF person IS NULL THEN
    RETURN;
  END IF;
  PERFORM set_config('vpterm.staff', person::text, true);
  INSERT INTO login_events (login, happened_at, address, network, method, accepted, site_code)
  VALUES (wanted_login, clock_timestamp(), coalesce(host(inet_client_addr()), ''),
    network_here(), CASE WHEN looked_at THEN 'password' ELSE 'locked' END, is_accepted,
    (SELECT code FROM sites WHERE id = current_site_id()));
END $$;

ALTER FUNCTION way_in_here(text, interval) OWNER TO vpterm_functions;
ALTER FUNCTION note_login_here(text, boolean, boolean) OWNER TO vpterm_functions;
REVOKE ALL ON FUNCTION way_in_here(text, interval), note_login_here(text, boolean, boolean) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION way_in_here(text, interval), note_login_here(text, boolean, boolean) TO vpterm_site;
GRANT SELECT ON staff_passwords, staff, staff_sites, staff_totp, code_policies, login_events TO vpterm_functions;
GRANT INSERT ON login_events TO vpterm_functions;

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

-- Times of sessions are those of roles: all open sessions read theirs again ("" names nobody, and so everybody).
CREATE FUNCTION tell_times() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_temp
AS $$
BEGIN
  PERFORM pg_notify('rights', '');
  RETURN NULL;
END $$;
CREATE TRIGGER y_times AFTER INSERT OR UPDATE OR DELETE ON session_times FOR EACH STATEMENT EXECUTE FUNCTION tell_times();
