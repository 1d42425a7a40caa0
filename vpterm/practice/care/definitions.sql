-- A service stands in an entry of the same site and animal; the foreign keys alone would let a site write into another's.
CREATE FUNCTION check_service_entry() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_temp
AS $$
BEGIN
  IF NOT EXISTS (
    SELECT 1 FROM record_entries WHERE id = NEW.entry_id AND site_id = NEW.site_id AND animal_id = NEW.animal_id
  ) THEN
    RAISE EXCEPTION 'a service stands in an entry of its own site and animal'
      USING ERRCODE = '23514', CONSTRAINT = 'ck_performed_services_entry';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER b_entry BEFORE INSERT OR UPDATE OF entry_id, site_id, animal_id ON performed_services
FOR EACH ROW EXECUTE FUNCTION check_service_entry();
CREATE TRIGGER y_board AFTER INSERT OR UPDATE ON performed_services FOR EACH ROW EXECUTE FUNCTION tell_board();
CREATE TRIGGER y_board AFTER INSERT OR UPDATE ON record_entries FOR EACH ROW EXECUTE FUNCTION tell_board();
