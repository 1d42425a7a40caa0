-- What is billed stays in the record until a credit note; what stands on a draft leaves it with the service.
-- Locks are taken in one order everywhere: the service, its invoice, the line.
CREATE OR REPLACE FUNCTION follow_removed_service() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_temp
AS $$
BEGIN
  IF OLD.removed_at IS NULL AND NEW.removed_at IS NOT NULL THEN
    PERFORM 1 FROM invoices WHERE site_id = OLD.site_id AND id IN (
      SELECT invoice_id FROM invoice_lines WHERE site_id = OLD.site_id AND service_id = OLD.id AND NOT released
    ) FOR SHARE;
    DELETE FROM invoice_lines WHERE site_id = OLD.site_id AND service_id = OLD.id AND NOT released;
  END IF;
  RETURN NEW;
END $$;
