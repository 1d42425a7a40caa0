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
