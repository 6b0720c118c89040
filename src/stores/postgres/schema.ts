/**
 * What tokn has in a database: the schema `tokn`, made and brought up to date in one transaction, by
 * one client at a time. Steps are only ever added: older ones have been run elsewhere.
 *
 * Functions are run with the rights of whoever calls them, but for those that wishes are left with.
 */

/** The version of the tables that this program makes and needs. */
export const schemaVersion = 1

/** Fails where there are no tables. */
export const readNumber = 'SELECT number FROM tokn.version'

const tables = `
CREATE TABLE tokn.version (single boolean PRIMARY KEY DEFAULT true CHECK (single), number int NOT NULL);
CREATE TABLE tokn.session (
  id text COLLATE "C" PRIMARY KEY,
  name text COLLATE "C" NOT NULL CONSTRAINT session_name UNIQUE,
  version text NOT NULL,
  generation bigint NOT NULL,
  profile text,
  record text,
  journal text,
  index text
);
CREATE TABLE tokn.lease (
  name text COLLATE "C" PRIMARY KEY,
  holder text NOT NULL,
  fence bigint NOT NULL,
  ttl double precision NOT NULL,
  until timestamptz NOT NULL
);
CREATE TABLE tokn.document (name text COLLATE "C" PRIMARY KEY, version text NOT NULL, body text);
-- Always there, so that writers can hold on to it: no text is in it until there are keys.
INSERT INTO tokn.document VALUES ('keys', '', NULL);
CREATE TABLE tokn.wish (
  number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  id text COLLATE "C" NOT NULL CHECK (octet_length(id) <= 200),
  generation bigint NOT NULL,
  text text NOT NULL CHECK (octet_length(text) <= 4096),
  at timestamptz NOT NULL DEFAULT clock_timestamp(),
  told timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE UNIQUE INDEX wish_once ON tokn.wish (id, generation, md5(text));`

const functions = `
-- What is confirmed is on disk, whatever the database does by default. Lasts for the transaction.
CREATE FUNCTION tokn.durable() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  IF current_setting('synchronous_commit') IN ('off', 'local', 'remote_write') THEN
    PERFORM set_config('synchronous_commit', 'on', true);
  END IF;
END $$;

CREATE FUNCTION tokn.millis(ttl double precision) RETURNS interval
LANGUAGE sql IMMUTABLE AS $$ SELECT ttl * interval '1 millisecond' $$;

-- Bits of compared: 1 version, 2 fence, 4 generation, 8 keys. What is not so, or nothing. Holds on to
-- the lease and to the keys until the end of the transaction.
CREATE FUNCTION tokn.differs(
  stored tokn.session, session text, compared int,
  version text, fence bigint, generation bigint, keys text
) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  held bigint;
  sealed text;
BEGIN
  IF compared & 2 > 0 THEN
    SELECT l.fence INTO held FROM tokn.lease l WHERE l.name = 'session:' || session FOR SHARE;
  END IF;
  IF compared & 8 > 0 THEN
    SELECT d.version INTO sealed FROM tokn.document d WHERE d.name = 'keys' FOR SHARE;
  END IF;
  RETURN CASE
    WHEN compared & 1 > 0 AND stored.version IS DISTINCT FROM version THEN 'version'
    WHEN compared & 2 > 0 AND held IS DISTINCT FROM fence THEN 'fence'
    WHEN compared & 4 > 0 AND coalesce(stored.generation, 0) <> generation THEN 'generation'
    WHEN compared & 8 > 0 AND coalesce(sealed, '') <> keys THEN 'keys'
  END;
END $$;

-- Bits of named: 1 profile, 2 record, 4 journal, 8 index.
CREATE FUNCTION tokn.write_session(
  session text, new_name text, new_generation bigint,
  named int, new_profile text, new_record text, new_journal text, new_index text,
  compared int, version text, fence bigint, generation bigint, keys text,
  OUT written text, OUT failed text
) LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  old tokn.session;
  is_there boolean;
BEGIN
  PERFORM tokn.durable();
  written := gen_random_uuid();
  FOR turn IN 1..20 LOOP
    SELECT * INTO old FROM tokn.session s WHERE s.id = session FOR UPDATE;
    is_there := FOUND;
    failed := tokn.differs(old, session, compared, version, fence, generation, keys);
    IF failed IS NULL AND NOT is_there AND new_name IS NULL THEN failed := 'version'; END IF;
    IF failed IS NOT NULL THEN written := NULL; RETURN; END IF;
    BEGIN
      IF is_there THEN
        UPDATE tokn.session s SET
          name = coalesce(new_name, s.name),
          version = written,
          generation = coalesce(new_generation, s.generation),
          profile = CASE WHEN named & 1 > 0 THEN new_profile ELSE s.profile END,
          record = CASE WHEN named & 2 > 0 THEN new_record ELSE s.record END,
          journal = CASE WHEN named & 4 > 0 THEN new_journal ELSE s.journal END,
          index = CASE WHEN named & 8 > 0 THEN new_index ELSE s.index END
        WHERE s.id = session;
      ELSE
        INSERT INTO tokn.session VALUES (
          session, new_name, written, coalesce(new_generation, 0),
          new_profile, new_record, new_journal, new_index
        );
      END IF;
      PERFORM pg_notify('tokn_rows', session);
      RETURN;
    EXCEPTION WHEN unique_violation THEN
      -- Of this name, or of this id by somebody who was faster: then all is compared again.
      IF EXISTS (SELECT FROM tokn.session s WHERE s.name = new_name AND s.id <> session) THEN
        written := NULL;
        failed := 'name';
        RETURN;
      END IF;
    END;
  END LOOP;
  RAISE serialization_failure;
END $$;

CREATE FUNCTION tokn.remove_session(
  session text, compared int, version text, fence bigint, generation bigint, keys text
) RETURNS boolean LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  old tokn.session;
BEGIN
  PERFORM tokn.durable();
  SELECT * INTO old FROM tokn.session s WHERE s.id = session FOR UPDATE;
  IF NOT FOUND THEN RETURN false; END IF;
  IF tokn.differs(old, session, compared, version, fence, generation, keys) IS NOT NULL THEN
    RETURN false;
  END IF;
  DELETE FROM tokn.session s WHERE s.id = session;
  DELETE FROM tokn.wish w WHERE w.id = session;
  PERFORM pg_notify('tokn_rows', session);
  RETURN true;
END $$;

-- Fencing numbers are not below the time: a server that has lost its last writes gives none again.
CREATE FUNCTION tokn.take_lease(
  lease text, who text, lasting double precision,
  OUT taken bigint, OUT held_by text, OUT left_for double precision
) LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  old tokn.lease;
  moment timestamptz;
BEGIN
  PERFORM tokn.durable();
  INSERT INTO tokn.lease VALUES (lease, '', 0, 0, '-infinity') ON CONFLICT DO NOTHING;
  SELECT * INTO old FROM tokn.lease l WHERE l.name = lease FOR UPDATE;
  IF NOT FOUND THEN RAISE serialization_failure; END IF;
  moment := clock_timestamp();
  IF old.until > moment THEN
    -- The clock has gone back, or is another server's: no lease lasts longer than it was taken for.
    IF old.until > moment + tokn.millis(old.ttl) THEN
      UPDATE tokn.lease l SET until = moment + tokn.millis(old.ttl) WHERE l.name = lease;
      old.until := moment + tokn.millis(old.ttl);
    END IF;
    held_by := old.holder;
    left_for := extract(epoch FROM old.until - moment) * 1000;
    RETURN;
  END IF;
  taken := greatest(old.fence + 1, floor(extract(epoch FROM moment) * 1000000)::bigint);
  UPDATE tokn.lease l SET
    holder = who, fence = taken, ttl = lasting, until = moment + tokn.millis(lasting)
  WHERE l.name = lease;
END $$;

-- lasting 0 gives it back.
CREATE FUNCTION tokn.move_lease(lease text, number bigint, lasting double precision)
RETURNS boolean LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  PERFORM tokn.durable();
  UPDATE tokn.lease l SET ttl = lasting,
    until = CASE WHEN lasting = 0 THEN '-infinity' ELSE clock_timestamp() + tokn.millis(lasting) END
  WHERE l.name = lease AND l.fence = number AND (lasting = 0 OR l.until > clock_timestamp());
  RETURN FOUND;
END $$;

-- old: '' where there has to be none. Gives the new version, or nothing where it was another.
CREATE FUNCTION tokn.write_document(document text, old text, new_body text)
RETURNS text LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  fresh text := CASE WHEN new_body IS NULL THEN '' ELSE gen_random_uuid()::text END;
BEGIN
  PERFORM tokn.durable();
  IF old = '' AND new_body IS NOT NULL THEN
    INSERT INTO tokn.document VALUES (document, '', NULL) ON CONFLICT DO NOTHING;
  END IF;
  UPDATE tokn.document d SET version = fresh, body = new_body
  WHERE d.name = document AND d.version = old;
  IF NOT FOUND THEN RETURN CASE WHEN old = '' AND new_body IS NULL AND NOT EXISTS (
    SELECT FROM tokn.document d WHERE d.name = document
  ) THEN '' END; END IF;
  DELETE FROM tokn.document d WHERE d.name = document AND d.body IS NULL AND d.name <> 'keys';
  RETURN fresh;
END $$;

-- Whoever may leave a wish may not remove any; so this does, as the owner.
CREATE FUNCTION tokn.keep_wishes_few() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  DELETE FROM tokn.wish w WHERE w.id = NEW.id AND w.number <= (
    SELECT o.number FROM tokn.wish o WHERE o.id = NEW.id ORDER BY o.number DESC OFFSET 100 LIMIT 1
  );
  PERFORM pg_notify('tokn_wishes', NEW.id);
  RETURN NULL;
END $$;
CREATE TRIGGER keep_wishes_few AFTER INSERT ON tokn.wish
FOR EACH ROW EXECUTE FUNCTION tokn.keep_wishes_few();

-- Of one that is there already watchers may have missed what they were told. Each notice is a write
-- that others wait for: ten thousand that wish for the same are told of once a second.
CREATE FUNCTION tokn.tell_again() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  UPDATE tokn.wish w SET told = clock_timestamp()
  WHERE w.id = NEW.id AND w.generation = NEW.generation AND md5(w.text) = md5(NEW.text)
    AND w.told < clock_timestamp() - interval '1 second';
  IF FOUND THEN PERFORM pg_notify('tokn_wishes', NEW.id); END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER tell_again BEFORE INSERT ON tokn.wish
FOR EACH ROW EXECUTE FUNCTION tokn.tell_again();`

/** All that is in the schema: what somebody else has removed is missed by these. */
export const madeNames = {
  tables: namesIn(tables, 'TABLE'),
  functions: namesIn(functions, 'FUNCTION'),
}

function namesIn(text: string, what: string): readonly string[] {
  return [...text.matchAll(new RegExp(`CREATE ${what} (tokn\\.\\w+)`, 'g'))].map(
    ([, name]) => `${name}`,
  )
}

/** One query of several statements: one transaction, with or without a pooler between. */
export const migrate = `
DO $migrate$
DECLARE
  present int := 0;
BEGIN
  -- "tokn" in ASCII. Whoever waits here finds all done.
  PERFORM pg_advisory_xact_lock(1953459054);
  IF to_regnamespace('tokn') IS NULL THEN CREATE SCHEMA tokn; END IF;
  IF to_regclass('tokn.version') IS NOT NULL THEN
    EXECUTE 'SELECT number FROM tokn.version' INTO present;
  END IF;
  IF present < 1 THEN
    EXECUTE $tables$${tables}$tables$;
    EXECUTE $functions$${functions}$functions$;
    INSERT INTO tokn.version (number) VALUES (1);
  END IF;
  PERFORM set_config('synchronous_commit', 'on', true);
END $migrate$`
