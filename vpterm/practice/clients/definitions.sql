-- Every word of a name, and every such word with one letter left out, so that a search with one typo meets it.
CREATE FUNCTION learn_words() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_temp
AS $$
BEGIN
  IF TG_OP = 'UPDATE' AND NEW.name_key = OLD.name_key THEN
    RETURN NULL;
  END IF;
  INSERT INTO search_words (deletion, word)
  SELECT DISTINCT CASE WHEN left_out = 0 THEN word ELSE overlay(word PLACING '' FROM left_out FOR 1) END, word
  FROM regexp_split_to_table(NEW.name_key, ' ') AS word, generate_series(0, length(word)) AS left_out
  WHERE length(word) BETWEEN 4 AND 24
  ORDER BY 1, 2 -- one order for all writers, so that two of them never wait for each other
  ON CONFLICT DO NOTHING;
  RETURN NULL;
END $$;
CREATE TRIGGER y_words AFTER INSERT OR UPDATE ON clients FOR EACH ROW EXECUTE FUNCTION learn_words();
