-- An issued document never changes (CGI ann. II art. 242 nonies A); it is corrected by a credit note.
CREATE FUNCTION refuse_issued() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_temp
AS $$
BEGIN
  IF OLD.issued_at IS NOT NULL THEN
    RAISE EXCEPTION 'invoice % is issued', OLD.number USING ERRCODE = 'VP003';
  END IF;
  RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END $$;
CREATE TRIGGER b_issued BEFORE UPDATE OR DELETE ON invoices FOR EACH ROW EXECUTE FUNCTION refuse_issued();
ALTER TABLE invoices ENABLE ALWAYS TRIGGER b_issued;
CREATE TRIGGER b_truncate BEFORE TRUNCATE ON invoices FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
ALTER TABLE invoices ENABLE ALWAYS TRIGGER b_truncate;

CREATE FUNCTION refuse_issued_line() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_temp
AS $$
DECLARE
  touched record := CASE WHEN TG_OP = 'INSERT' THEN NEW ELSE OLD END;
BEGIN
  IF EXISTS (
    SELECT 1 FROM invoices WHERE site_id = touched.site_id AND id = touched.invoice_id AND issued_at IS NOT NULL
  ) THEN
    -- The one change a line may still see: a credit note releases its service to be billed anew.
    IF TG_OP = 'UPDATE' AND NOT OLD.released AND NEW.released
       AND to_jsonb(NEW) - '{released,changed_at,changed_by,changed_site}'::text[]
         = to_jsonb(OLD) - '{released,changed_at,changed_by,changed_site}'::text[] THEN
      RETURN NEW;
    END IF;
    RAISE EXCEPTION 'the invoice of this line is issued' USING ERRCODE = 'VP003';
  END IF;
  RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END $$;
CREATE TRIGGER b_issued BEFORE INSERT OR UPDATE OR DELETE ON invoice_lines
FOR EACH ROW EXECUTE FUNCTION refuse_issued_line();
ALTER TABLE invoice_lines ENABLE ALWAYS TRIGGER b_issued;
CREATE TRIGGER b_truncate BEFORE TRUNCATE ON invoice_lines FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
ALTER TABLE invoice_lines ENABLE ALWAYS TRIGGER b_truncate;

-- A series counts up by one and never back.
CREATE FUNCTION refuse_gap() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_temp
AS $$
BEGIN
  IF NEW.last_number <> OLD.last_number + 1 THEN
    RAISE EXCEPTION 'a series of invoices counts up by one' USING ERRCODE = 'VP003';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER b_gap BEFORE UPDATE ON invoice_series FOR EACH ROW EXECUTE FUNCTION refuse_gap();
CREATE TRIGGER y_board AFTER INSERT OR UPDATE OR DELETE ON invoices FOR EACH ROW EXECUTE FUNCTION tell_board();
