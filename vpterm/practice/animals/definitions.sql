CREATE TRIGGER y_words AFTER INSERT OR UPDATE ON animals FOR EACH ROW EXECUTE FUNCTION learn_words();

-- The search finds an animal by its own name and its owner's ("rex dub") in one index: the owner's key stands here too.
CREATE FUNCTION copy_owner_key() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_temp
AS $$
BEGIN
  NEW.owner_key := coalesce((SELECT name_key FROM clients WHERE id = NEW.client_id), '');
  RETURN NEW;
END $$;
CREATE TRIGGER b_owner_key BEFORE INSERT OR UPDATE ON animals FOR EACH ROW EXECUTE FUNCTION copy_owner_key();

CREATE FUNCTION carry_owner_key() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_temp
AS $$
BEGIN
  UPDATE animals SET owner_key = NEW.name_key WHERE client_id = NEW.id AND owner_key <> NEW.name_key;
  RETURN NULL;
END $$;
CREATE TRIGGER y_owner_key AFTER UPDATE ON clients FOR EACH ROW
WHEN (NEW.name_key IS DISTINCT FROM OLD.name_key) EXECUTE FUNCTION carry_owner_key();
