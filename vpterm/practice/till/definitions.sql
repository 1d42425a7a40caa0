-- What is hashed of an entry: mirrored by practice/till/rules.py, which `vpterm verify` uses.
CREATE FUNCTION till_entry_text(e till_entries) RETURNS text
LANGUAGE sql STABLE SET search_path = public, pg_temp
AS $$
  SELECT concat_ws('|', e.site_id, e.id, e.sequence, coalesce(e.till_id, 0), e.kind, e.means, e.amount,
    coalesce(e.client_id, 0), coalesce(e.invoice_id, 0), coalesce(e.corrects_id, 0),
    replace(replace(e.remark, '\', '\\'), '|', '\p'),
    to_char(e.taken_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US'), to_char(e.taken_on, 'YYYY-MM-DD'),
    e.perpetual_total, e.created_by)
$$;

-- SECURITY DEFINER: the chain's head is moved by this trigger alone; no login may write it.
CREATE FUNCTION chain_till_entry() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
DECLARE
  head till_chains;
  half till_entries;
BEGIN
  PERFORM require_own_site(NEW.site_id);
  INSERT INTO till_chains (site_id) VALUES (NEW.site_id) ON CONFLICT DO NOTHING;
  SELECT * INTO head FROM till_chains WHERE site_id = NEW.site_id FOR UPDATE;
  IF NEW.kind <> 'closing' AND NEW.taken_on <= head.closed_until THEN
    NEW.taken_on := head.closed_until + 1; -- what is taken after a closing belongs to the next day's till
  END IF;
  IF (NEW.kind = 'correction' OR NEW.corrects_id IS NOT NULL) AND NOT EXISTS (
    SELECT 1 FROM till_entries o WHERE o.site_id = NEW.site_id AND o.id = NEW.corrects_id
      AND (o.kind IN ('payment', 'refund') AND NEW.kind = 'correction'
        OR o.kind = 'allocation' AND NEW.kind = 'allocation' AND o.corrects_id IS NULL)
      AND (o.means, o.amount) = (NEW.means, -NEW.amount)
      AND (coalesce(o.client_id, 0), coalesce(o.invoice_id, 0))
        = (coalesce(NEW.client_id, 0), coalesce(NEW.invoice_id, 0))
  ) THEN
    RAISE EXCEPTION 'a correction is the opposite of what it corrects'
      USING ERRCODE = '23514', CONSTRAINT = 'ck_till_entries_correction';
  END IF;
  IF NEW.kind = 'allocation' AND NEW.amount > 0 THEN
    -- What enters a pocket left another one of the same client in the entry before.
    SELECT * INTO half FROM till_entries WHERE site_id = NEW.site_id AND sequence = head.last_sequence;
    IF (half.kind, half.client_id, half.amount, half.taken_on)
        IS DISTINCT FROM ('allocation', NEW.client_id, -NEW.amount, NEW.taken_on)
      OR half.invoice_id IS NOT DISTINCT FROM NEW.invoice_id THEN
      RAISE EXCEPTION 'a credit enters a pocket only as it leaves another'
        USING ERRCODE = '23514', CONSTRAINT = 'ck_till_entries_allocation';
    END IF;
  END IF;
  NEW.sequence := head.last_sequence + 1;
  NEW.perpetual_total := head.perpetual_total
    + CASE WHEN NEW.amount > 0 AND NEW.kind <> 'allocation' THEN NEW.amount ELSE 0 END;
  NEW.previous_hash := head.last_hash;
  NEW.hash := encode(sha256(convert_to(head.last_hash || '|' || till_entry_text(NEW), 'UTF8')), 'hex');
  UPDATE till_chains SET last_sequence = NEW.sequence, last_hash = NEW.hash, perpetual_total = NEW.perpetual_total
  WHERE site_id = NEW.site_id;
  RETURN NEW;
END $$;
ALTER FUNCTION chain_till_entry() OWNER TO vpterm_functions;
REVOKE ALL ON FUNCTION chain_till_entry() FROM PUBLIC;
REVOKE INSERT, UPDATE ON till_chains FROM vpterm_site;
GRANT SELECT, INSERT, UPDATE ON till_chains TO vpterm_functions;
CREATE POLICY till_chains_chained ON till_chains FOR ALL TO vpterm_functions USING (true) WITH CHECK (true);
CREATE TRIGGER c_chain BEFORE INSERT ON till_entries FOR EACH ROW EXECUTE FUNCTION chain_till_entry();
ALTER TABLE till_entries ENABLE ALWAYS TRIGGER c_chain;

-- What left a pocket has entered another one by the end of the transaction, in the very next entry.
CREATE FUNCTION require_other_half() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_temp
AS $$
BEGIN
  IF NOT EXISTS (
    SELECT 1 FROM till_entries e WHERE e.site_id = NEW.site_id AND e.sequence = NEW.sequence + 1
      AND e.kind = 'allocation' AND e.amount = -NEW.amount
  ) THEN
    RAISE EXCEPTION 'a credit leaves a pocket only to enter another'
      USING ERRCODE = '23514', CONSTRAINT = 'ck_till_entries_allocation';
  END IF;
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER d_other_half AFTER INSERT ON till_entries DEFERRABLE INITIALLY DEFERRED
FOR EACH ROW WHEN (NEW.kind = 'allocation' AND NEW.amount < 0) EXECUTE FUNCTION require_other_half();
ALTER TABLE till_entries ENABLE ALWAYS TRIGGER d_other_half;
CREATE TRIGGER b_by_hand BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON till_chains
FOR EACH STATEMENT EXECUTE FUNCTION refuse_by_hand();
ALTER TABLE till_chains ENABLE ALWAYS TRIGGER b_by_hand;

-- A closing's figures, computed while the journal stands still. Days close in order, and nothing enters a closed one.
-- SECURITY DEFINER: no login may write a figure of a closing, nor the chain's head.
CREATE FUNCTION close_till() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
DECLARE
  head till_chains;
  first_day date := CASE NEW.period WHEN 'day' THEN NEW.closes_on ELSE date_trunc(NEW.period, NEW.closes_on)::date END;
  last_day date := CASE NEW.period WHEN 'day' THEN NEW.closes_on
    ELSE (first_day + ('1 ' || NEW.period)::interval - interval '1 day')::date END;
  day_before till_closings;
  problem text;
BEGIN
  PERFORM require_own_site(NEW.site_id);
  INSERT INTO till_chains (site_id) VALUES (NEW.site_id) ON CONFLICT DO NOTHING;
  SELECT * INTO head FROM till_chains WHERE site_id = NEW.site_id FOR UPDATE;
  SELECT * INTO day_before FROM till_closings
  WHERE site_id = NEW.site_id AND period = 'day' AND closes_on <= last_day ORDER BY closes_on DESC LIMIT 1;
  IF NEW.closes_on <> last_day OR last_day > (NEW.closed_at AT TIME ZONE 'Europe/Paris')::date THEN
    problem := 'ck_till_closings_future';
  ELSIF NEW.period = 'day' AND NEW.closes_on <= head.closed_until THEN
    problem := 'uq_till_closings';
  ELSIF EXISTS (
    SELECT 1 FROM till_entries e WHERE e.site_id = NEW.site_id AND e.kind <> 'closing'
      AND e.taken_on > coalesce(day_before.closes_on, '-infinity')
      AND e.taken_on < CASE NEW.period WHEN 'day' THEN first_day ELSE last_day + 1 END
  ) THEN
    problem := 'ck_till_closings_order';
  END IF;
  IF problem IS NOT NULL THEN
    RAISE EXCEPTION 'this period cannot be closed' USING ERRCODE = '23514', CONSTRAINT = problem;
  END IF;
  SELECT coalesce(min(e.sequence), 0), coalesce(max(e.sequence), 0), coalesce(sum(e.amount), 0),
    coalesce(sum(e.amount) FILTER (WHERE e.means = 'cash'), 0),
    coalesce(day_before.perpetual_total, 0)
      + CASE NEW.period WHEN 'day'
        THEN coalesce(sum(e.amount) FILTER (WHERE e.amount > 0 AND e.kind <> 'allocation'), 0) ELSE 0 END
  INTO NEW.first_sequence, NEW.last_sequence, NEW.total, NEW.cash_expected, NEW.perpetual_total
  FROM till_entries e
  WHERE e.site_id = NEW.site_id AND e.kind <> 'closing' AND e.taken_on BETWEEN first_day AND last_day;
  NEW.journal_hash := head.last_hash;
  UPDATE till_chains SET closed_until = greatest(closed_until, last_day) WHERE site_id = NEW.site_id;
  RETURN NEW;
END $$;
ALTER FUNCTION close_till() OWNER TO vpterm_functions;
REVOKE ALL ON FUNCTION close_till() FROM PUBLIC;
GRANT SELECT ON till_closings TO vpterm_functions;
CREATE POLICY till_closings_closed ON till_closings FOR SELECT TO vpterm_functions USING (true);
CREATE TRIGGER c_close BEFORE INSERT ON till_closings FOR EACH ROW EXECUTE FUNCTION close_till();
ALTER TABLE till_closings ENABLE ALWAYS TRIGGER c_close;

-- What is still to be paid of an invoice: its total, less its credit note, less what was paid on it.
CREATE FUNCTION invoice_due(wanted_site bigint, wanted_invoice bigint) RETURNS numeric
LANGUAGE sql STABLE SET search_path = public, pg_temp
AS $$
  SELECT coalesce((SELECT sum(total) FROM invoices
      WHERE site_id = wanted_site AND (id = wanted_invoice OR credited_id = wanted_invoice) AND issued_at IS NOT NULL), 0)
    - coalesce((SELECT sum(amount) FROM till_entries WHERE site_id = wanted_site AND invoice_id = wanted_invoice), 0)
$$;

-- What a client owes at one site: invoices less payments, never stored.
CREATE FUNCTION client_balance(wanted_site bigint, wanted_client bigint) RETURNS numeric
LANGUAGE sql STABLE SET search_path = public, pg_temp
AS $$
  SELECT coalesce((SELECT sum(total) FROM invoices
      WHERE site_id = wanted_site AND client_id = wanted_client AND issued_at IS NOT NULL), 0)
    - coalesce((SELECT sum(amount) FROM till_entries WHERE site_id = wanted_site AND client_id = wanted_client), 0)
$$;

-- What a client owes at the other sites, as one amount a site.
-- SECURITY DEFINER: under the choice "amount" no invoice or payment of another site may be read, only their sum.
CREATE FUNCTION balances_elsewhere(wanted_client bigint)
RETURNS TABLE (site_id bigint, balance numeric)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
  SELECT s.id, client_balance(s.id, wanted_client) FROM sites s
  WHERE current_site_id() IS NOT NULL AND s.id <> current_site_id()
    AND sharing_choice('balance') IN ('amount', 'detail')
$$;
ALTER FUNCTION balances_elsewhere(bigint) OWNER TO vpterm_functions;
REVOKE ALL ON FUNCTION balances_elsewhere(bigint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION balances_elsewhere(bigint) TO vpterm_site;
GRANT SELECT ON till_entries TO vpterm_functions;
CREATE POLICY till_entries_balances ON till_entries FOR SELECT TO vpterm_functions USING (true);

-- The invoices that a client has open at the other sites, for a group that chose to show them.
-- SECURITY DEFINER: under the choice "detail" these columns of another site's invoices may be read, and no others.
CREATE FUNCTION invoices_elsewhere(wanted_client bigint)
RETURNS TABLE (site_id bigint, number text, issued_on date, due numeric)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
  SELECT i.site_id, i.number, i.issued_on, owed.due
  FROM sites s
  JOIN invoices i ON i.site_id = s.id AND i.client_id = wanted_client
  CROSS JOIN LATERAL (SELECT invoice_due(i.site_id, i.id) AS due) owed
  WHERE i.kind = 'invoice' AND i.issued_at IS NOT NULL AND owed.due > 0
    AND current_site_id() IS NOT NULL AND s.id <> current_site_id() AND sharing_choice('balance') = 'detail'
$$;
ALTER FUNCTION invoices_elsewhere(bigint) OWNER TO vpterm_functions;
REVOKE ALL ON FUNCTION invoices_elsewhere(bigint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION invoices_elsewhere(bigint) TO vpterm_site;
