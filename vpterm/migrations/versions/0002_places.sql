-- Where a person is: kept, so that after a killed worker or a new release they come back to the same place.
CREATE TABLE kept_places (
	site_id BIGINT NOT NULL,
	staff_id BIGINT NOT NULL,
	places JSONB NOT NULL,
	kept_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
	CONSTRAINT pk_kept_places PRIMARY KEY (site_id, staff_id),
	CONSTRAINT fk_kept_places_site_id FOREIGN KEY(site_id) REFERENCES sites (id),
	CONSTRAINT fk_kept_places_staff_id FOREIGN KEY(staff_id) REFERENCES staff (id)
);
GRANT SELECT, INSERT, UPDATE, DELETE ON kept_places TO vpterm_site;
GRANT SELECT ON kept_places TO vpterm_management;
ALTER TABLE kept_places ENABLE ROW LEVEL SECURITY;
ALTER TABLE kept_places FORCE ROW LEVEL SECURITY;
CREATE POLICY kept_places_own ON kept_places FOR ALL TO vpterm_site USING (site_id = (SELECT current_site_id())) WITH CHECK (site_id = (SELECT current_site_id()));
CREATE POLICY kept_places_group ON kept_places FOR SELECT TO vpterm_management USING (true);
