-- Sessions by name, the times they may stand still and last, and the PIN of a locked screen.
ALTER TABLE form_drafts ADD COLUMN session_name TEXT DEFAULT '' NOT NULL;
ALTER TABLE form_drafts DROP CONSTRAINT pk_form_drafts;
ALTER TABLE form_drafts ADD CONSTRAINT pk_form_drafts PRIMARY KEY (site_id, staff_id, form, subject, session_name);
ALTER TABLE kept_places ADD COLUMN session_name TEXT DEFAULT '' NOT NULL;
ALTER TABLE kept_places DROP CONSTRAINT pk_kept_places;
ALTER TABLE kept_places ADD CONSTRAINT pk_kept_places PRIMARY KEY (site_id, staff_id, session_name);

CREATE TABLE session_times (
	role TEXT NOT NULL,
	lock_after_s BIGINT,
	alone_s BIGINT,
	longest_s BIGINT,
	created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
	created_by BIGINT NOT NULL,
	created_site BIGINT,
	changed_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
	changed_by BIGINT NOT NULL,
	changed_site BIGINT,
	CONSTRAINT pk_session_times PRIMARY KEY (role)
);

CREATE TABLE staff_pins (
	staff_id BIGINT NOT NULL,
	pin_hash TEXT NOT NULL,
	created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
	created_by BIGINT NOT NULL,
	created_site BIGINT,
	changed_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
	changed_by BIGINT NOT NULL,
	changed_site BIGINT,
	CONSTRAINT pk_staff_pins PRIMARY KEY (staff_id),
	CONSTRAINT fk_staff_pins_staff_id FOREIGN KEY(staff_id) REFERENCES staff (id)
);

ALTER TABLE session_times ADD CONSTRAINT fk_session_times_created_by FOREIGN KEY (created_by) REFERENCES staff (id);
ALTER TABLE session_times ADD CONSTRAINT fk_session_times_changed_by FOREIGN KEY (changed_by) REFERENCES staff (id);
GRANT SELECT ON session_times TO vpterm_site;
GRANT SELECT, INSERT, UPDATE, DELETE ON session_times TO vpterm_management;
CREATE TRIGGER a_attribute BEFORE INSERT OR UPDATE ON session_times FOR EACH ROW EXECUTE FUNCTION attribute_row();
CREATE TRIGGER a_attribute_delete BEFORE DELETE ON session_times FOR EACH ROW EXECUTE FUNCTION require_staff();
CREATE TRIGGER z_audit AFTER INSERT OR UPDATE OR DELETE ON session_times FOR EACH ROW EXECUTE FUNCTION audit_row();
ALTER TABLE staff_pins ADD CONSTRAINT fk_staff_pins_created_by FOREIGN KEY (created_by) REFERENCES staff (id);
ALTER TABLE staff_pins ADD CONSTRAINT fk_staff_pins_changed_by FOREIGN KEY (changed_by) REFERENCES staff (id);
GRANT SELECT, INSERT, UPDATE, DELETE ON staff_pins TO vpterm_door, vpterm_management;
CREATE TRIGGER a_attribute BEFORE INSERT OR UPDATE ON staff_pins FOR EACH ROW EXECUTE FUNCTION attribute_row();
CREATE TRIGGER a_attribute_delete BEFORE DELETE ON staff_pins FOR EACH ROW EXECUTE FUNCTION require_staff();

-- Times of sessions are those of roles: all open sessions read theirs again ("" names nobody, and so everybody).
CREATE FUNCTION tell_times() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_temp
AS $$
BEGIN
  PERFORM pg_notify('rights', '');
  RETURN NULL;
END $$;
CREATE TRIGGER y_times AFTER INSERT OR UPDATE OR DELETE ON session_times FOR EACH STATEMENT EXECUTE FUNCTION tell_times();
