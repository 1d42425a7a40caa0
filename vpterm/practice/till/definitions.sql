-- What is hashed of an entry: mirrored by practice/till/rules.py, which `vpterm verify` uses.
CREATE FUNCTION till_entry_text(e till_entries) RETURNS text
LANGUAGE sql STABLE SET search_path = public, pg_temp
AS $$
  SELECT concat_ws('|', e.site_id, e.sequence, e.till_id, e.kind, e.means, e.amount,
    coalesce(e.client_id, 0), coalesce(e.invoice_id, 0), coalesce(e.corrects_id, 0),
    replace(replace(e.remark, '\', '\\'), '|', '\p'),
    to_char(e.taken_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US'), e.taken_on, e.perpetual_total, e.created_by)
$$;

-- SECURITY DEFINER: the chain's head is moved by this trigger alone; no login may write it.
CREATE FUNCTION chain_till_entry() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
DECLARE
  head till_chains;
BEGIN
  INSERT INTO till_chains (site_id) VALUES (NEW.site_id) ON CONFLICT DO NOTHING;
  SELECT * INTO head FROM till_chains WHERE site_id = NEW.site_id FOR UPDATE;
  NEW.sequence := head.last_sequence + 1;
  NEW.perpetual_total := head.perpetual_total + CASE WHEN NEW.amount > 0 THEN NEW.amount ELSE 0 END;
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

-- What a client owes at the other sites, as one amount a site.
-- SECURITY DEFINER: under the choice "amount" no invoice or payment of another site may be read, only their sum.
CREATE FUNCTION balances_elsewhere(wanted_client bigint)
RETURNS TABLE (site_id bigint, balance numeric)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
  SELECT moved.site_id, sum(moved.amount) FROM (
    SELECT i.site_id, i.total AS amount FROM invoices i
    WHERE i.client_id = wanted_client AND i.issued_at IS NOT NULL
    UNION ALL
    SELECT e.site_id, -e.amount FROM till_entries e WHERE e.client_id = wanted_client
  ) moved
  WHERE current_site_id() IS NOT NULL AND moved.site_id <> current_site_id()
    AND sharing_choice('balance') IN ('amount', 'detail')
  GROUP BY moved.site_id
$$;
ALTER FUNCTION balances_elsewhere(bigint) OWNER TO vpterm_functions;
REVOKE ALL ON FUNCTION balances_elsewhere(bigint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION balances_elsewhere(bigint) TO vpterm_site;
GRANT SELECT ON invoices, till_entries TO vpterm_functions;
CREATE POLICY invoices_balances ON invoices FOR SELECT TO vpterm_functions USING (true);
CREATE POLICY till_entries_balances ON till_entries FOR SELECT TO vpterm_functions USING (true);
