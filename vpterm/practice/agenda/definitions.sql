CREATE TRIGGER y_board AFTER INSERT OR UPDATE OR DELETE ON bookings FOR EACH ROW EXECUTE FUNCTION tell_board();

-- Which spans of another site's day are taken, and nothing else about them.
-- SECURITY DEFINER: under the choice "free-busy" no row of the other agenda may be read, only its shape.
CREATE FUNCTION busy_spans(wanted_site bigint, wanted tstzrange)
RETURNS TABLE (resource_id bigint, span tstzrange)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
  SELECT b.resource_id, b.span FROM bookings b
  WHERE b.site_id = wanted_site AND b.span && wanted AND b.cancelled_at IS NULL
    AND current_site_id() IS NOT NULL
    AND (wanted_site = current_site_id() OR sharing_choice('agenda') IN ('free-busy', 'full'))
$$;
ALTER FUNCTION busy_spans(bigint, tstzrange) OWNER TO vpterm_functions;
REVOKE ALL ON FUNCTION busy_spans(bigint, tstzrange) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION busy_spans(bigint, tstzrange) TO vpterm_site;
GRANT SELECT ON bookings TO vpterm_functions;
CREATE POLICY bookings_busy_spans ON bookings FOR SELECT TO vpterm_functions USING (true);
