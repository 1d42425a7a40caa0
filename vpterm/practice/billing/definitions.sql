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

-- Lines move with their invoice: locked against its issue meanwhile (FOR SHARE), fixed once it is issued.
CREATE FUNCTION refuse_issued_line() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_temp
AS $$
DECLARE
  touched record := CASE WHEN TG_OP = 'INSERT' THEN NEW ELSE OLD END;
  issued timestamptz;
BEGIN
  SELECT issued_at INTO issued FROM invoices WHERE site_id = touched.site_id AND id = touched.invoice_id FOR SHARE;
  IF issued IS NOT NULL THEN
    -- The one change a line may still see: a credit note releases its service to be billed anew.
    IF TG_OP = 'UPDATE' AND NOT OLD.released AND NEW.released
       AND to_jsonb(NEW) - '{released,changed_at,changed_by,changed_site}'::text[]
         = to_jsonb(OLD) - '{released,changed_at,changed_by,changed_site}'::text[]
       AND EXISTS (
         SELECT 1 FROM invoices
         WHERE site_id = OLD.site_id AND credited_id = OLD.invoice_id AND issued_at IS NOT NULL
       ) THEN
      RETURN NEW;
    END IF;
    RAISE EXCEPTION 'the invoice of this line is issued' USING ERRCODE = 'VP003';
  END IF;
  IF TG_OP = 'DELETE' THEN
    RETURN OLD;
  END IF;
  IF NEW.released OR (TG_OP = 'UPDATE' AND (NEW.invoice_id, NEW.site_id) <> (OLD.invoice_id, OLD.site_id)) THEN
    RAISE EXCEPTION 'a line stays on its invoice' USING ERRCODE = 'VP003';
  END IF;
  IF NEW.service_id IS NOT NULL THEN
    PERFORM 1 FROM performed_services
    WHERE id = NEW.service_id AND site_id = NEW.site_id AND removed_at IS NULL FOR SHARE;
    IF NOT FOUND THEN
      RAISE EXCEPTION 'a line bills a service of its own site'
        USING ERRCODE = '23514', CONSTRAINT = 'ck_invoice_lines_service';
    END IF;
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER b_issued BEFORE INSERT OR UPDATE OR DELETE ON invoice_lines
FOR EACH ROW EXECUTE FUNCTION refuse_issued_line();
ALTER TABLE invoice_lines ENABLE ALWAYS TRIGGER b_issued;
CREATE TRIGGER b_truncate BEFORE TRUNCATE ON invoice_lines FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
ALTER TABLE invoice_lines ENABLE ALWAYS TRIGGER b_truncate;

-- What is billed stays in the record until a credit note; what stands on a draft leaves it with the service.
-- Locks are taken in one order everywhere: the service, its invoice, the line.
CREATE FUNCTION follow_removed_service() RETURNS trigger
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
CREATE TRIGGER c_billed BEFORE UPDATE OF removed_at ON performed_services
FOR EACH ROW EXECUTE FUNCTION follow_removed_service();

-- A series counts up by one, and its dates never go back.
CREATE FUNCTION refuse_gap() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_temp
AS $$
BEGIN
  IF TG_OP = 'INSERT' AND NEW.last_number <> 1 OR TG_OP = 'UPDATE' AND NEW.last_number <> OLD.last_number + 1 THEN
    RAISE EXCEPTION 'a series of invoices counts up by one' USING ERRCODE = 'VP003';
  END IF;
  IF TG_OP = 'UPDATE' AND NEW.last_issued_on < OLD.last_issued_on OR EXISTS (
    SELECT 1 FROM invoice_series WHERE site_id = NEW.site_id AND billing_entity_id = NEW.billing_entity_id
      AND kind = NEW.kind AND year > NEW.year
  ) THEN
    RAISE EXCEPTION 'the dates of a series never go back'
      USING ERRCODE = '23514', CONSTRAINT = 'ck_invoice_series_date';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER b_gap BEFORE INSERT OR UPDATE ON invoice_series FOR EACH ROW EXECUTE FUNCTION refuse_gap();
ALTER TABLE invoice_series ENABLE ALWAYS TRIGGER b_gap;

-- Counters and heads of chains are moved from within the triggers that count and chain, never by a statement.
CREATE FUNCTION refuse_by_hand() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_temp
AS $$
BEGIN
  IF pg_trigger_depth() < 2 OR TG_OP IN ('DELETE', 'TRUNCATE') THEN
    RAISE EXCEPTION '% is never changed by hand', TG_TABLE_NAME USING ERRCODE = 'VP003';
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER b_by_hand BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON invoice_series
FOR EACH STATEMENT EXECUTE FUNCTION refuse_by_hand();
ALTER TABLE invoice_series ENABLE ALWAYS TRIGGER b_by_hand;

-- A trigger that looks over the walls first asks whether the row is of the site of this login, before it locks or
-- tells anything of another's.
CREATE FUNCTION require_own_site(wanted_site bigint) RETURNS void
LANGUAGE plpgsql STABLE SET search_path = public, pg_temp
AS $$
BEGIN
  IF current_site_id() <> wanted_site THEN
    RAISE EXCEPTION 'this row belongs to another site' USING ERRCODE = '42501';
  END IF;
END $$;

-- What issuing means: totals of the lines, the day in Paris, and the next number of the series, locked until commit.
-- SECURITY DEFINER: numbers come from the counter alone; no login may write it, so none is skipped or forged.
CREATE FUNCTION number_invoice() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
DECLARE
  place sites;
  series invoice_series;
  lines bigint;
BEGIN
  PERFORM require_own_site(NEW.site_id);
  IF NEW.issued_at IS NULL THEN
    NEW.number := NULL;
    NEW.issued_on := NULL;
    RETURN NEW;
  END IF;
  IF TG_OP = 'INSERT' THEN
    RAISE EXCEPTION 'an invoice begins as a draft' USING ERRCODE = 'VP003';
  END IF;
  SELECT count(*), coalesce(sum(l.total), 0), coalesce(sum(l.net), 0), coalesce(sum(l.vat), 0)
  INTO lines, NEW.total, NEW.net, NEW.vat
  FROM invoice_lines l WHERE l.site_id = NEW.site_id AND l.invoice_id = NEW.id;
  IF lines = 0 THEN
    RAISE EXCEPTION 'nothing to issue' USING ERRCODE = '23514', CONSTRAINT = 'ck_invoices_empty';
  END IF;
  IF NEW.kind = 'credit_note' AND NOT EXISTS (
    SELECT 1 FROM invoices o WHERE o.site_id = NEW.site_id AND o.id = NEW.credited_id AND o.kind = 'invoice'
      AND o.client_id = NEW.client_id AND o.issued_at IS NOT NULL AND (o.net, o.vat) = (-NEW.net, -NEW.vat)
  ) THEN
    RAISE EXCEPTION 'a credit note takes its whole invoice back'
      USING ERRCODE = '23514', CONSTRAINT = 'ck_invoices_credit';
  END IF;
  SELECT * INTO place FROM sites WHERE id = NEW.site_id;
  NEW.billing_entity_id := place.billing_entity_id;
  NEW.issued_on := (NEW.issued_at AT TIME ZONE 'Europe/Paris')::date;
  INSERT INTO invoice_series AS known (site_id, billing_entity_id, kind, year, last_number, last_issued_on)
  VALUES (NEW.site_id, NEW.billing_entity_id, NEW.kind, extract(year FROM NEW.issued_on), 1, NEW.issued_on)
  ON CONFLICT (site_id, billing_entity_id, kind, year)
  DO UPDATE SET last_number = known.last_number + 1, last_issued_on = excluded.last_issued_on
  RETURNING * INTO series;
  NEW.number := place.invoice_prefix || CASE NEW.kind WHEN 'credit_note' THEN 'A' ELSE '' END
    || '-' || series.year || '-' || to_char(series.last_number, 'FM000000');
  RETURN NEW;
END $$;
ALTER FUNCTION number_invoice() OWNER TO vpterm_functions;
REVOKE ALL ON FUNCTION number_invoice() FROM PUBLIC;
REVOKE INSERT, UPDATE ON invoice_series FROM vpterm_site;
GRANT SELECT, INSERT, UPDATE ON invoice_series TO vpterm_functions;
GRANT SELECT ON invoices, invoice_lines TO vpterm_functions;
CREATE POLICY invoice_series_numbered ON invoice_series FOR ALL TO vpterm_functions USING (true) WITH CHECK (true);
CREATE POLICY invoices_numbered ON invoices FOR SELECT TO vpterm_functions USING (true);
CREATE POLICY invoice_lines_numbered ON invoice_lines FOR SELECT TO vpterm_functions USING (true);
CREATE TRIGGER c_number BEFORE INSERT OR UPDATE ON invoices FOR EACH ROW EXECUTE FUNCTION number_invoice();
ALTER TABLE invoices ENABLE ALWAYS TRIGGER c_number;
CREATE TRIGGER y_board AFTER INSERT OR UPDATE OR DELETE ON invoices FOR EACH ROW EXECUTE FUNCTION tell_board();

-- Why an animal cannot change hands yet, at any site: it is there, or what was done to it is still to be billed.
-- SECURITY DEFINER: visits and drafts of other sites stay unread; only that there are some is told, and where.
CREATE FUNCTION holds_of_animal(wanted_animal bigint)
RETURNS TABLE (site_id bigint, held_by text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
  SELECT v.site_id, 'visit' FROM visits v
  WHERE v.animal_id = wanted_animal AND v.state <> 'gone' AND current_site_id() IS NOT NULL
  UNION
  SELECT i.site_id, 'draft' FROM animals a
  CROSS JOIN sites s
  JOIN invoices i ON i.site_id = s.id AND i.client_id = a.client_id AND i.issued_at IS NULL
  JOIN invoice_lines l ON l.site_id = i.site_id AND l.invoice_id = i.id AND l.animal_id = a.id
  WHERE a.id = wanted_animal AND current_site_id() IS NOT NULL
  UNION
  SELECT p.site_id, 'unbilled' FROM performed_services p
  WHERE p.animal_id = wanted_animal AND p.removed_at IS NULL AND current_site_id() IS NOT NULL AND NOT EXISTS (
    SELECT 1 FROM invoice_lines l WHERE l.site_id = p.site_id AND l.service_id = p.id AND NOT l.released
  )
$$;
ALTER FUNCTION holds_of_animal(bigint) OWNER TO vpterm_functions;
REVOKE ALL ON FUNCTION holds_of_animal(bigint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION holds_of_animal(bigint) TO vpterm_site;
GRANT SELECT ON animals, visits, performed_services TO vpterm_functions;
CREATE POLICY visits_holds ON visits FOR SELECT TO vpterm_functions USING (true);
CREATE POLICY performed_services_holds ON performed_services FOR SELECT TO vpterm_functions USING (true);
