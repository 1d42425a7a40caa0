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

-- The numbers of the live bookings that touch a span; the rows themselves are read behind the walls.
-- SECURITY DEFINER: operators of ranges are not leakproof, so behind row security they never meet the index, and a
-- day would read every booking that its resources ever had.
CREATE FUNCTION bookings_touching(wanted_site bigint, wanted tstzrange)
RETURNS TABLE (id bigint)
LANGUAGE sql STABLE SECURITY DEFINER ROWS 50 SET search_path = public, pg_temp
AS $$
  SELECT b.id FROM bookings b
  WHERE b.site_id = wanted_site AND b.span && wanted AND b.cancelled_at IS NULL
    AND (wanted_site = current_site_id() OR current_site_id() IS NOT NULL AND sharing_choice('agenda') = 'full')
$$;
ALTER FUNCTION bookings_touching(bigint, tstzrange) OWNER TO vpterm_functions;
REVOKE ALL ON FUNCTION bookings_touching(bigint, tstzrange) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION bookings_touching(bigint, tstzrange) TO vpterm_site;

-- Bookings to come follow an animal to its new owner, at every site.
-- SECURITY DEFINER: a site writes no booking of another's; all that this can change is a client who is not the owner.
CREATE FUNCTION carry_bookings(wanted_animal bigint, since timestamptz) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
  UPDATE bookings b SET client_id = a.client_id FROM animals a
  WHERE a.id = wanted_animal AND b.animal_id = a.id AND b.client_id <> a.client_id
    AND b.cancelled_at IS NULL AND lower(b.span) >= since AND current_site_id() IS NOT NULL
$$;
ALTER FUNCTION carry_bookings(bigint, timestamptz) OWNER TO vpterm_functions;
REVOKE ALL ON FUNCTION carry_bookings(bigint, timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION carry_bookings(bigint, timestamptz) TO vpterm_site;
GRANT SELECT ON animals, staff_sites TO vpterm_functions;
GRANT UPDATE (client_id) ON bookings TO vpterm_functions;
CREATE POLICY bookings_carried ON bookings FOR UPDATE TO vpterm_functions USING (true) WITH CHECK (true);
