// SPDX-License-Identifier: EUPL-1.2
// The tables of the audit log and the walls around them, as one step of fleet_schema.cpp: entries
// are only added, each after the head; a segment is closed by keeping where it ended; then its
// entries may go. The database itself refuses everything else, also from this program. Whoever may
// change the layout can take the walls away; the chain then still tells (audit.h).
#pragma once

#include <string_view>

namespace wattlife {

inline constexpr std::string_view audit_sqlite = R"sql(
CREATE TABLE audit_entry (
  number INTEGER PRIMARY KEY,
  time_ms INTEGER NOT NULL,
  actor TEXT NOT NULL,
  action TEXT NOT NULL,
  object TEXT NOT NULL,
  result TEXT NOT NULL,
  origin TEXT NOT NULL,
  hash BLOB NOT NULL
) STRICT;
CREATE TABLE audit_segment (
  first INTEGER PRIMARY KEY,
  last INTEGER NOT NULL UNIQUE,
  first_day INTEGER NOT NULL,
  last_day INTEGER NOT NULL,
  hash BLOB NOT NULL
) STRICT;
CREATE TABLE audit_head (
  one INTEGER PRIMARY KEY CHECK (one = 1),
  number INTEGER NOT NULL,
  hash BLOB NOT NULL
) STRICT;
INSERT INTO audit_head VALUES (1, 0, zeroblob(32));
CREATE TRIGGER audit_entry_add BEFORE INSERT ON audit_entry
WHEN NEW.number <> (SELECT number + 1 FROM audit_head)
BEGIN SELECT RAISE(ABORT, 'the audit log only grows at its end'); END;
CREATE TRIGGER audit_entry_added AFTER INSERT ON audit_entry
BEGIN UPDATE audit_head SET number = NEW.number, hash = NEW.hash; END;
CREATE TRIGGER audit_entry_change BEFORE UPDATE ON audit_entry
BEGIN SELECT RAISE(ABORT, 'an entry of the audit log never changes'); END;
CREATE TRIGGER audit_entry_remove BEFORE DELETE ON audit_entry
WHEN OLD.number > coalesce((SELECT max(last) FROM audit_segment), 0)
BEGIN SELECT RAISE(ABORT, 'an entry of the audit log stays until its segment is closed'); END;
CREATE TRIGGER audit_segment_add BEFORE INSERT ON audit_segment
WHEN NEW.first <> coalesce((SELECT max(last) FROM audit_segment), 0) + 1 OR NEW.last < NEW.first
  OR NEW.hash IS NOT (SELECT hash FROM audit_entry WHERE number = NEW.last)
BEGIN SELECT RAISE(ABORT, 'a segment follows the one before it and ends at an entry'); END;
CREATE TRIGGER audit_segment_change BEFORE UPDATE ON audit_segment
BEGIN SELECT RAISE(ABORT, 'a closed segment of the audit log never changes'); END;
CREATE TRIGGER audit_segment_remove BEFORE DELETE ON audit_segment
BEGIN SELECT RAISE(ABORT, 'a closed segment of the audit log stays'); END;
CREATE TRIGGER audit_head_change BEFORE UPDATE ON audit_head
WHEN NEW.one <> 1 OR NEW.number <> OLD.number + 1
  OR NEW.hash IS NOT (SELECT hash FROM audit_entry WHERE number = NEW.number)
BEGIN SELECT RAISE(ABORT, 'the head of the audit log is its last entry'); END;
CREATE TRIGGER audit_head_remove BEFORE DELETE ON audit_head
BEGIN SELECT RAISE(ABORT, 'the head of the audit log stays'); END;
CREATE TABLE erased (
  installation BLOB PRIMARY KEY,
  through INTEGER NOT NULL,
  day INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
)sql";

inline constexpr std::string_view audit_postgres = R"sql(
CREATE TABLE audit_entry (
  number BIGINT PRIMARY KEY,
  time_ms BIGINT NOT NULL,
  actor TEXT COLLATE "C" NOT NULL,
  action TEXT COLLATE "C" NOT NULL,
  object TEXT COLLATE "C" NOT NULL,
  result TEXT COLLATE "C" NOT NULL,
  origin TEXT COLLATE "C" NOT NULL,
  hash BYTEA NOT NULL
);
CREATE TABLE audit_segment (
  first BIGINT PRIMARY KEY,
  last BIGINT NOT NULL UNIQUE,
  first_day BIGINT NOT NULL,
  last_day BIGINT NOT NULL,
  hash BYTEA NOT NULL
);
CREATE TABLE audit_head (
  one BIGINT PRIMARY KEY CHECK (one = 1),
  number BIGINT NOT NULL,
  hash BYTEA NOT NULL
);
INSERT INTO audit_head VALUES (1, 0, decode(repeat('00', 32), 'hex'));
CREATE FUNCTION audit_guard() RETURNS trigger LANGUAGE plpgsql AS $guard$
DECLARE
  closed BIGINT := coalesce((SELECT max(last) FROM audit_segment), 0);
BEGIN
  IF TG_TABLE_NAME = 'audit_entry' THEN
    IF TG_OP = 'INSERT' THEN
      IF NEW.number = (SELECT number + 1 FROM audit_head) THEN RETURN NEW; END IF;
      RAISE EXCEPTION 'the audit log only grows at its end';
    ELSIF TG_OP = 'DELETE' THEN
      IF OLD.number <= closed THEN RETURN OLD; END IF;
      RAISE EXCEPTION 'an entry of the audit log stays until its segment is closed';
    END IF;
    RAISE EXCEPTION 'an entry of the audit log never changes';
  ELSIF TG_TABLE_NAME = 'audit_segment' THEN
    IF TG_OP <> 'INSERT' THEN
      RAISE EXCEPTION 'a closed segment of the audit log stays as it is';
    END IF;
    IF NEW.first = closed + 1 AND NEW.last >= NEW.first
       AND NEW.hash = (SELECT hash FROM audit_entry WHERE number = NEW.last) THEN
      RETURN NEW;
    END IF;
    RAISE EXCEPTION 'a segment follows the one before it and ends at an entry';
  END IF;
  IF TG_OP = 'UPDATE' THEN
    IF NEW.one = 1 AND NEW.number = OLD.number + 1
       AND NEW.hash = (SELECT hash FROM audit_entry WHERE number = NEW.number) THEN
      RETURN NEW;
    END IF;
  END IF;
  RAISE EXCEPTION 'the head of the audit log is its last entry';
END $guard$;
CREATE FUNCTION audit_move_head() RETURNS trigger LANGUAGE plpgsql AS $move$
BEGIN
  UPDATE audit_head SET number = NEW.number, hash = NEW.hash;
  RETURN NULL;
END $move$;
CREATE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS $refuse$
BEGIN
  RAISE EXCEPTION 'the audit log is not emptied';
END $refuse$;
CREATE TRIGGER audit_entry_guard BEFORE INSERT OR UPDATE OR DELETE ON audit_entry
  FOR EACH ROW EXECUTE FUNCTION audit_guard();
CREATE TRIGGER audit_entry_added AFTER INSERT ON audit_entry
  FOR EACH ROW EXECUTE FUNCTION audit_move_head();
CREATE TRIGGER audit_segment_guard BEFORE INSERT OR UPDATE OR DELETE ON audit_segment
  FOR EACH ROW EXECUTE FUNCTION audit_guard();
CREATE TRIGGER audit_head_guard BEFORE INSERT OR UPDATE OR DELETE ON audit_head
  FOR EACH ROW EXECUTE FUNCTION audit_guard();
CREATE TRIGGER audit_entry_whole BEFORE TRUNCATE ON audit_entry
  FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse();
CREATE TRIGGER audit_segment_whole BEFORE TRUNCATE ON audit_segment
  FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse();
CREATE TRIGGER audit_head_whole BEFORE TRUNCATE ON audit_head
  FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse();
CREATE TABLE erased (
  installation BYTEA PRIMARY KEY,
  through BIGINT NOT NULL,
  day BIGINT NOT NULL
);
ALTER TABLE audit_entry ENABLE ROW LEVEL SECURITY;
ALTER TABLE audit_entry FORCE ROW LEVEL SECURITY;
CREATE POLICY reach ON audit_entry USING (current_setting('wattlife.oin', true) = '*');
ALTER TABLE audit_segment ENABLE ROW LEVEL SECURITY;
ALTER TABLE audit_segment FORCE ROW LEVEL SECURITY;
CREATE POLICY reach ON audit_segment USING (current_setting('wattlife.oin', true) = '*');
ALTER TABLE audit_head ENABLE ROW LEVEL SECURITY;
ALTER TABLE audit_head FORCE ROW LEVEL SECURITY;
CREATE POLICY reach ON audit_head USING (current_setting('wattlife.oin', true) = '*');
ALTER TABLE erased ENABLE ROW LEVEL SECURITY;
ALTER TABLE erased FORCE ROW LEVEL SECURITY;
CREATE POLICY reach ON erased USING (current_setting('wattlife.oin', true) = '*');
)sql";

}  // namespace wattlife
