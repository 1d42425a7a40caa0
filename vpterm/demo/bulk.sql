-- Clients, animals and their record, set by set, for measuring: run by demo/bulk.py, piece by piece.
-- Words come from the temporary table bulk_words (list, n from 1, word, site_id).

-- name: clients
INSERT INTO clients (id, title, last_name, first_name, address, postcode, town, preferred_site_id,
  created_by, changed_by)
SELECT d.id, CASE WHEN d.woman THEN 'Mme' ELSE 'M.' END, l.word, f.word, d.house || ' ' || s.word,
  left(t.word, 5), substr(t.word, 7), t.site_id, 1, 1
FROM (
  SELECT id, random() < 0.6 AS woman,
    CASE WHEN random() < %(common_share)s THEN 1 + floor(random() * %(common)s)::int
      ELSE 1 + %(common)s + floor(%(rare)s * random() ^ 3)::int END AS last,
    1 + floor(%(first)s * random() ^ 1.6)::int AS first,
    1 + floor(random() ^ 2 * 120)::int AS house,
    1 + floor(random() * %(street)s)::int AS street, 1 + floor(random() * %(town)s)::int AS town
  FROM generate_series(%(low)s::bigint, %(high)s) AS id OFFSET 0
) d
JOIN bulk_words l ON l.list = 'last' AND l.n = d.last
JOIN bulk_words f ON f.list = CASE WHEN d.woman THEN 'women' ELSE 'men' END AND f.n = d.first
JOIN bulk_words s ON s.list = 'street' AND s.n = d.street
JOIN bulk_words t ON t.list = 'town' AND t.n = d.town;

-- name: phones
-- Numbers 07 00 belong to machines, never to people: nobody's telephone is in here.
INSERT INTO client_phones (client_id, position, number, label, created_by, changed_by)
SELECT id, position, '+33700' || lpad(floor(random() * 1000000)::int::text, 6, '0'), '', 1, 1
FROM generate_series(%(low)s::bigint, %(high)s) AS id, generate_series(1, CASE id %% 5 WHEN 0 THEN 2 ELSE 1 END) AS position;

-- name: animals
-- 55 clients of 100 have one animal, 30 two, 15 three: 1.6 each.
INSERT INTO animals (client_id, name, species_id, breed, sex, sterilised, birth_date, identification, owner_key,
  created_by, changed_by)
SELECT d.client_id, n.word, p.id, coalesce(b.name, ''), d.sex, d.old, d.birth,
  CASE WHEN d.chipped THEN '25026890' || lpad((d.client_id * 4 + d.which)::text, 7, '0') END, d.name_key, 1, 1
FROM (
  SELECT c.id AS client_id, c.name_key, which, random() < 0.5 AS dog, CASE WHEN random() < 0.5 THEN 'M' ELSE 'F' END AS sex,
    random() < 0.6 AS old, random() < 0.8 AS chipped, (%(today)s::date - floor(random() * 5000)::int) AS birth,
    random() AS named, floor(random() * 1000)::int AS bred
  FROM clients c, generate_series(1, CASE WHEN c.id * 7 %% 20 < 11 THEN 1 WHEN c.id * 7 %% 20 < 17 THEN 2 ELSE 3 END) AS which
  WHERE c.id BETWEEN %(low)s AND %(high)s OFFSET 0
) d
JOIN species p ON p.code = CASE WHEN d.dog THEN 'dog' ELSE 'cat' END
JOIN bulk_words n ON n.list = p.code
  AND n.n = 1 + floor(d.named * CASE WHEN d.dog THEN %(dog)s ELSE %(cat)s END)::int
LEFT JOIN (
  SELECT species_id, name, row_number() OVER (PARTITION BY species_id ORDER BY id) - 1 AS n,
    count(*) OVER (PARTITION BY species_id) AS count FROM breeds
) b ON b.species_id = p.id AND b.n = d.bred %% b.count;

-- name: weights
INSERT INTO animal_weights (animal_id, weight_g, measured_at, created_by, changed_by, created_site)
SELECT a.id, (CASE WHEN p.code = 'dog' THEN 6000 + a.id * 37 %% 30000 ELSE 3000 + a.id * 37 %% 3000 END
    * (0.9 + random() * 0.2))::int,
  %(now)s::timestamptz - interval '1 day' * floor(random() * 1000), s.author, s.author, s.site_id
FROM animals a JOIN species p ON p.id = a.species_id
JOIN bulk_sites s ON s.n = a.id %% (SELECT count(*) FROM bulk_sites), generate_series(1, 2)
WHERE a.id BETWEEN %(low_animal)s AND %(high_animal)s;

-- name: entries
INSERT INTO record_entries (animal_id, site_id, author_id, kind, happened_at, reason, note, summary, finished_at,
  created_by, changed_by, created_site, changed_site)
SELECT d.animal_id, s.site_id, s.author, 'consultation', d.happened_at, split_part(c.word, '|', 1),
  split_part(c.word, '|', 2), split_part(c.word, '|', 3), d.happened_at + interval '20 minutes',
  s.author, s.author, s.site_id, s.site_id
FROM (
  SELECT a.id AS animal_id, %(now)s::timestamptz - interval '1 minute' * floor(random() * 1576800) AS happened_at,
    CASE a.species_id WHEN (SELECT id FROM species WHERE code = 'dog') THEN 'case dog' ELSE 'case cat' END AS list,
    random() AS what
  FROM animals a, generate_series(1, 3) WHERE a.id BETWEEN %(low_animal)s AND %(high_animal)s OFFSET 0
) d
JOIN bulk_sites s ON s.n = d.animal_id %% (SELECT count(*) FROM bulk_sites)
JOIN bulk_words c ON c.list = d.list
  AND c.n = 1 + floor(d.what * CASE d.list WHEN 'case dog' THEN %(case dog)s ELSE %(case cat)s END)::int;

-- name: services
-- By the entries' own numbers: their animals have no index at this moment.
INSERT INTO performed_services (entry_id, animal_id, site_id, practitioner_id, fee_code, label, kind, performed_at,
  created_by, changed_by, created_site, changed_site)
SELECT e.id, e.animal_id, e.site_id, e.author_id, f.code, f.label, f.kind, e.happened_at + interval '10 minutes',
  e.author_id, e.author_id, e.site_id, e.site_id
FROM record_entries e JOIN fees f ON f.code = 'CS'
WHERE e.id >= %(low_entry)s;

-- name: bookings
-- Half-hours of the days around today, five of six taken; what is booked already stays.
INSERT INTO bookings (site_id, resource_id, reason_id, span, client_id, animal_id, created_by, changed_by, created_site)
SELECT d.site_id, d.resource_id, d.reason_id, tstzrange(d.start, d.start + interval '30 minutes'), a.client_id, a.id,
  1, 1, d.site_id
FROM (
  SELECT o.site_id, o.resource_id, (day::date + o.opens_at + interval '30 minutes' * slot) AT TIME ZONE 'Europe/Paris' AS start,
    (SELECT min(r.id) FROM reasons r WHERE r.site_id = o.site_id AND r.kind = 'practitioner') AS reason_id,
    %(low_animal)s + floor(random() * (%(high_animal)s - %(low_animal)s))::bigint AS animal_id, random() AS taken
  FROM generate_series(%(today)s::date - 30, %(today)s::date + 30, interval '1 day') AS day
  JOIN opening_hours o ON o.weekday = extract(isodow FROM day)
  JOIN resources p ON (p.site_id, p.id) = (o.site_id, o.resource_id) AND p.kind = 'practitioner',
    generate_series(0, floor(extract(epoch FROM o.closes_at - o.opens_at) / 1800)::int - 1) AS slot
  OFFSET 0
) d JOIN animals a ON a.id = d.animal_id WHERE d.taken < 0.83
ON CONFLICT DO NOTHING;

-- name: words
INSERT INTO search_words (deletion, word)
SELECT DISTINCT CASE WHEN left_out = 0 THEN word ELSE overlay(word PLACING '' FROM left_out FOR 1) END, word
FROM (
  SELECT DISTINCT word FROM clients, string_to_table(name_key, ' ') AS word WHERE id BETWEEN %(low)s AND %(high)s
  UNION SELECT w FROM bulk_words b, string_to_table(normalised(b.word), ' ') AS w WHERE b.list IN ('dog', 'cat')
) known, generate_series(0, length(word)) AS left_out
WHERE length(word) BETWEEN 4 AND 24
ON CONFLICT DO NOTHING;
