-- What a closing vouches for: mirrored by practice/recordings/rules.py, which `vpterm recordings verify` uses.
CREATE FUNCTION recording_text(r recordings, c recording_closings) RETURNS text
LANGUAGE sql STABLE SET search_path = public, pg_temp
AS $$
  SELECT concat_ws('|', r.id, r.site_code, r.staff_id, r.session_number,
    to_char(r.began_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US'), r.reason, r.installation, r.file_name,
    r.header_hash, r.key_fingerprint, to_char(r.kept_until AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US'),
    c.sequence, to_char(c.ended_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US'), c.how, c.chunks, c.size,
    c.file_hash)
$$;

-- The closings of a site are a chain; its links are numbered and hashed here, whatever the statement says.
CREATE FUNCTION chain_recording() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_temp
AS $$
DECLARE
  recorded recordings;
  last recording_closings;
BEGIN
  PERFORM pg_advisory_xact_lock(hashtext('recordings'), hashtext(NEW.site_code)); -- two doors close one after the other
  SELECT * INTO recorded FROM recordings WHERE id = NEW.recording_id;
  IF recorded.site_code IS DISTINCT FROM NEW.site_code THEN
    RAISE EXCEPTION 'a closing is of the site of its recording'
      USING ERRCODE = '23514', CONSTRAINT = 'ck_recording_closings_site';
  END IF;
  SELECT * INTO last FROM recording_closings WHERE site_code = NEW.site_code ORDER BY sequence DESC LIMIT 1;
  NEW.sequence := coalesce(last.sequence, 0) + 1;
  NEW.previous_hash := coalesce(last.hash, '');
  NEW.hash := encode(
    sha256(convert_to(NEW.previous_hash || '|' || recording_text(recorded, NEW), 'UTF8')), 'hex');
  RETURN NEW;
END $$;
CREATE TRIGGER c_chain BEFORE INSERT ON recording_closings FOR EACH ROW EXECUTE FUNCTION chain_recording();
ALTER TABLE recording_closings ENABLE ALWAYS TRIGGER c_chain;

-- The doors read the policies again: a choice is in force at once, in open sessions too.
CREATE FUNCTION tell_recording_policy() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_temp
AS $$
BEGIN
  PERFORM pg_notify('recordings', coalesce(NEW.site_code, OLD.site_code));
  RETURN NULL;
END $$;
CREATE TRIGGER y_tell AFTER INSERT OR UPDATE OR DELETE ON recording_policies
FOR EACH ROW EXECUTE FUNCTION tell_recording_policy();
