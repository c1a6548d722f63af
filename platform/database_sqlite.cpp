// SPDX-License-Identifier: EUPL-1.2
// The body of database.h. Everything that is particular to SQLite stays here: flags, pragmas,
// codes.
#include <sqlite3.h>

#include <cassert>
#include <filesystem>
#include <limits>
#include <map>
#include <system_error>
#include <utility>

#include "platform/database.h"

#if !defined(_WIN32)
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#endif

namespace wattlife {

namespace {

namespace fs = std::filesystem;

fs::path path_from(const std::string& utf8) {
  return fs::path(std::u8string(utf8.begin(), utf8.end()));
}

Cause cause_of(int extended) {
  switch (extended) {
    case SQLITE_READONLY_ROLLBACK:  // a hot journal that only a writer can roll back
    case SQLITE_READONLY_RECOVERY:
    case SQLITE_READONLY_CANTINIT:
      return Cause::busy;
    default:
      break;
  }
  switch (extended & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_PROTOCOL:
      return Cause::busy;
    case SQLITE_PERM:
    case SQLITE_AUTH:
    case SQLITE_READONLY:
    case SQLITE_CANTOPEN:
      return Cause::denied;
    case SQLITE_NOTADB:
    case SQLITE_CORRUPT:
      return Cause::malformed;
    default:
      return Cause::io;
  }
}

// What a person can do about it; empty when the message of SQLite says enough.
std::string advice_for(int extended) {
  switch (extended & 0xff) {
    case SQLITE_FULL:
      return "; the disk is full or a quota is reached: free some space";
    case SQLITE_NOTADB:
    case SQLITE_CORRUPT:
      return "; the file is damaged or not one of ours: move it away, a new one is then made";
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return "; another program has it open: try again later";
    case SQLITE_READONLY:
      return extended == SQLITE_READONLY_ROLLBACK || extended == SQLITE_READONLY_RECOVERY
                 ? "; its writer was cut off and has to start first: try again later"
                 : "; check who owns the file and its folder";
    case SQLITE_PERM:
    case SQLITE_AUTH:
    case SQLITE_CANTOPEN:
      return "; check that the folder exists and who owns it";
    default:
      return "";
  }
}

Error error_from(const std::string& path, sqlite3* handle, int code) {
  const int extended = handle != nullptr ? sqlite3_extended_errcode(handle) : code;
  const int telling = extended == SQLITE_OK ? code : extended;
  std::string text =
      path + ": " + (handle != nullptr ? sqlite3_errmsg(handle) : sqlite3_errstr(code));
  return Error{cause_of(telling), text + advice_for(telling)};
}

bool is_blank(const char* text, const char* end) {
  for (; text != end; ++text) {
    if (*text != ' ' && *text != '\n' && *text != '\t' && *text != '\r' && *text != ';')
      return false;
  }
  return true;
}

sqlite3_stmt* as_statement(void* statement) { return static_cast<sqlite3_stmt*>(statement); }

// Makes an empty file with exactly `mode` when there is none, so that it never exists with wider
// rights, not even for a moment; SQLite gives its journals the rights of the file.
#if defined(_WIN32)
Done make_with_mode(const std::string&, unsigned) { return done(); }  // the folder's list counts
#else
Done make_with_mode(const std::string& path, unsigned mode) {
  const int file = ::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode);
  if (file < 0) {
    if (errno == EEXIST) return done();
    const std::error_code why(errno, std::generic_category());
    const bool denied = errno == EACCES || errno == EPERM || errno == EROFS;
    return Error{denied ? Cause::denied : Cause::io,
                 path + ": cannot be made: " + why.message() +
                     (errno == ENOENT ? "; its folder does not exist" : "")};
  }
  const bool ok = ::fchmod(file, static_cast<mode_t>(mode)) == 0;
  ::close(file);
  if (!ok) return Error{Cause::io, path + ": its rights cannot be set"};
  return done();
}
#endif

// Refuses what is there but is no plain file, and an absent file where none may be made.
Done check_place(const std::string& path, bool must_exist) {
  std::error_code why;
  const fs::file_status status = fs::symlink_status(path_from(path), why);
  switch (status.type()) {
    case fs::file_type::regular:
      return done();
    case fs::file_type::not_found:
      if (must_exist) return Error{Cause::absent, path + ": does not exist"};
      return done();
    case fs::file_type::symlink:
      return Error{Cause::denied,
                   path + ": is a link; it must be a file of its own: remove the link"};
    case fs::file_type::none:
    case fs::file_type::unknown:
      return Error{why == std::errc::permission_denied ? Cause::denied : Cause::io,
                   path + ": " + why.message()};
    default:
      return Error{Cause::denied, path + ": is not a plain file: move it away"};
  }
}

}  // namespace

// --- Row ---------------------------------------------------------------------------------------

bool Row::is_null(int column) const {
  return sqlite3_column_type(as_statement(statement_), column) == SQLITE_NULL;
}
std::int64_t Row::integer(int column) const {
  return sqlite3_column_int64(as_statement(statement_), column);
}
double Row::real(int column) const {
  return sqlite3_column_double(as_statement(statement_), column);
}
std::string Row::text(int column) const {
  const void* data = sqlite3_column_blob(as_statement(statement_), column);
  const int length = sqlite3_column_bytes(as_statement(statement_), column);
  if (data == nullptr || length <= 0) return {};
  return std::string(static_cast<const char*>(data), static_cast<std::size_t>(length));
}
std::optional<std::int64_t> Row::optional_integer(int column) const {
  if (is_null(column)) return std::nullopt;
  return integer(column);
}
std::optional<double> Row::optional_real(int column) const {
  if (is_null(column)) return std::nullopt;
  return real(column);
}
std::optional<std::string> Row::optional_text(int column) const {
  if (is_null(column)) return std::nullopt;
  return text(column);
}

// --- Body --------------------------------------------------------------------------------------

struct Database::Body {
  struct Kept {
    sqlite3_stmt* statement = nullptr;
    bool in_use = false;
  };

  std::string path;
  unsigned file_mode = 0600;
  sqlite3* handle = nullptr;
  std::map<std::string, Kept, std::less<>> statements;
  bool in_transaction = false;

  ~Body() {
    for (auto& [sql, kept] : statements) sqlite3_finalize(kept.statement);
    sqlite3_close_v2(handle);
  }

  Error error(int code) const { return error_from(path, handle, code); }

  // A transaction that SQLite itself rolled back (a full disk does that) must not go on as
  // separate little commits.
  Done still_in_transaction() const {
    if (in_transaction && sqlite3_get_autocommit(handle) != 0) {
      return Error{Cause::io, path + ": the transaction was rolled back after an earlier error"};
    }
    return done();
  }

  Result<sqlite3_stmt*> prepare(std::string_view sql) const {
    assert(sql.size() < std::size_t{1} << 20);
    sqlite3_stmt* statement = nullptr;
    const char* tail = nullptr;
    const int code = sqlite3_prepare_v3(handle, sql.data(), static_cast<int>(sql.size()),
                                        SQLITE_PREPARE_PERSISTENT, &statement, &tail);
    if (code != SQLITE_OK) return error(code);
    if (statement == nullptr || !is_blank(tail, sql.data() + sql.size())) {
      sqlite3_finalize(statement);
      return Error{Cause::malformed, path + ": not exactly one statement: " + std::string(sql)};
    }
    return statement;
  }

  static int bind(sqlite3_stmt* statement, std::span<const Bound> values) {
    assert(sqlite3_bind_parameter_count(statement) == static_cast<int>(values.size()));
    int index = 0;
    for (const Bound& value : values) {
      const int code = bind_one(statement, ++index, value);
      if (code != SQLITE_OK) return code;
    }
    return SQLITE_OK;
  }

  // The values outlive the statement's run, hence SQLITE_STATIC: no copy is made.
  static int bind_one(sqlite3_stmt* statement, int index, const Bound& value) {
    if (const auto* integer = std::get_if<std::int64_t>(&value)) {
      return sqlite3_bind_int64(statement, index, *integer);
    }
    if (const auto* real = std::get_if<double>(&value)) {
      return sqlite3_bind_double(statement, index, *real);
    }
    // A view without data would bind as NULL, which means something else.
    if (const auto* text = std::get_if<std::string_view>(&value)) {
      return sqlite3_bind_text64(statement, index, text->data() != nullptr ? text->data() : "",
                                 text->size(), SQLITE_STATIC, SQLITE_UTF8);
    }
    if (const auto* bytes = std::get_if<Bytes>(&value)) {
      return sqlite3_bind_blob64(statement, index,
                                 bytes->data.data() != nullptr ? bytes->data.data() : "",
                                 bytes->data.size(), SQLITE_STATIC);
    }
    return sqlite3_bind_null(statement, index);
  }

  Done step_all(sqlite3_stmt* statement, const std::function<Done(const Row&)>* visit) const {
    for (;;) {
      const int code = sqlite3_step(statement);
      if (code == SQLITE_DONE) return done();
      if (code != SQLITE_ROW) return error(code);
      if (visit == nullptr) continue;
      if (Done visited = (*visit)(Row(statement)); !visited) return visited;
    }
  }

  Result<Kept*> kept_of(std::string_view sql) {
    if (Done fine = still_in_transaction(); !fine) return fine.error();
    auto found = statements.find(sql);
    if (found == statements.end()) {
      Result<sqlite3_stmt*> made = prepare(sql);
      if (!made) return made.error();
      found = statements.emplace(std::string(sql), Kept{*made, false}).first;
    }
    return &found->second;
  }

  Done run_once(Kept& kept, std::span<const Bound> values,
                const std::function<Done(const Row&)>* visit) const {
    assert(!kept.in_use && "the same statement inside its own visit");
    kept.in_use = true;
    const int bound = bind(kept.statement, values);
    Done result = bound == SQLITE_OK ? step_all(kept.statement, visit) : Done(error(bound));
    sqlite3_reset(kept.statement);
    sqlite3_clear_bindings(kept.statement);
    kept.in_use = false;
    return result;
  }

  Done run(std::string_view sql, std::initializer_list<Bound> values,
           const std::function<Done(const Row&)>* visit) {
    const Result<Kept*> kept = kept_of(sql);
    if (!kept) return kept.error();
    return run_once(**kept, std::span(values.begin(), values.size()), visit);
  }

  Done run_rows(std::string_view sql, std::span<const Bound> values,
                const std::function<Done(const Row&)>* visit) {
    const Result<Kept*> kept = kept_of(sql);
    if (!kept) return kept.error();
    const auto width = static_cast<std::size_t>(sqlite3_bind_parameter_count((*kept)->statement));
    assert(width > 0 && values.size() % width == 0);
    for (; values.size() >= width; values = values.subspan(width)) {
      if (Done ran = run_once(**kept, values.first(width), visit); !ran) return ran;
    }
    return done();
  }

  // Several statements, none of which has values.
  Done run_script(std::string_view script) const {
    if (Done fine = still_in_transaction(); !fine) return fine;
    const int code = sqlite3_exec(handle, std::string(script).c_str(), nullptr, nullptr, nullptr);
    if (code != SQLITE_OK) return error(code);
    return done();
  }

  Done within(const char* begin, const std::function<Done()>& body) {
    assert(!in_transaction && "transactions do not nest");
    if (Done begun = run(begin, {}, nullptr); !begun) return begun;
    in_transaction = true;
    Done result = body();
    if (result) result = run("COMMIT", {}, nullptr);
    in_transaction = false;
    if (sqlite3_get_autocommit(handle) == 0) {
      // The error that brought us here is the one to tell; a failed rollback leaves a journal that
      // the next open rolls back.
      (void)run("ROLLBACK", {}, nullptr);
    }
    return result;
  }
};

// --- Database ----------------------------------------------------------------------------------

Database::Database(std::unique_ptr<Body> body) : body_(std::move(body)) {}
Database::Database(Database&&) noexcept = default;
Database& Database::operator=(Database&&) noexcept = default;
Database::~Database() = default;

namespace {

Done configure(sqlite3* handle, const std::string& path, const Database::Options& options) {
  sqlite3_extended_result_codes(handle, 1);
  sqlite3_busy_timeout(handle, options.lock_wait_ms);
  // Nothing in a file from outside may run code or bend the schema.
  sqlite3_db_config(handle, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  sqlite3_db_config(handle, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
  sqlite3_db_config(handle, SQLITE_DBCONFIG_ENABLE_FKEY, 1, nullptr);
  std::string script = "PRAGMA cache_size=-" + std::to_string(options.cache_kib) +
                       "; PRAGMA temp_store=MEMORY; PRAGMA cell_size_check=ON; ";
  switch (options.mode) {
    case OpenMode::read_only:
      // The first read finds out whether this is a database at all, and whether it can be read now.
      script += "PRAGMA query_only=ON; SELECT count(*) FROM sqlite_schema;";
      break;
    case OpenMode::write_ahead_log: {
      // A reader without the right to write finds the log and its index only when they are there;
      // at the end the log is emptied, and after a large transaction it becomes small again.
      int keep_log = 1;
      sqlite3_file_control(handle, "main", SQLITE_FCNTL_PERSIST_WAL, &keep_log);
      const std::int64_t most_log_bytes = std::int64_t{options.log_pages} * 8192;
      script += "PRAGMA synchronous=FULL; PRAGMA journal_mode=WAL; PRAGMA wal_autocheckpoint=" +
                std::to_string(options.log_pages) +
                "; PRAGMA journal_size_limit=" + std::to_string(most_log_bytes) + ";";
      break;
    }
  }
  const int code = sqlite3_exec(handle, script.c_str(), nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) return error_from(path, handle, code);
  return done();
}

}  // namespace

Result<Database> Database::open(const std::string& path, const Options& options) {
  const bool read_only = options.mode == OpenMode::read_only;
  if (Done place = check_place(path, read_only); !place) return place.error();
  if (!read_only) {
    if (Done made = make_with_mode(path, options.file_mode); !made) return made.error();
  }
  auto body = std::make_unique<Body>();
  body->path = path;
  body->file_mode = options.file_mode;
  const int flags =
      (read_only ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE) |
      SQLITE_OPEN_NOMUTEX;
  const int code = sqlite3_open_v2(path.c_str(), &body->handle, flags, nullptr);
  if (code != SQLITE_OK) return error_from(path, body->handle, code);
  if (Done configured = configure(body->handle, path, options); !configured) {
    return configured.error();
  }
  Database opened(std::move(body));
  if (!read_only) {
    const Result<std::string> mode = opened.text("PRAGMA journal_mode");
    if (!mode) return mode.error();
    if (*mode != "wal") {
      return Error{Cause::io, path + ": cannot keep a write-ahead log here (" + *mode + ")"};
    }
  }
  return opened;
}

Done Database::migrate(std::span<const std::string_view> steps) {
  const std::int64_t newest = static_cast<std::int64_t>(steps.size());
  for (std::int64_t version = 0; version <= newest; ++version) {
    const Result<std::int64_t> found = integer("PRAGMA user_version");
    if (!found) return found.error();
    if (*found > newest) {
      return Error{Cause::denied, body_->path +
                                      ": was made by a later version of this program (layout " +
                                      std::to_string(*found) + ", this program knows " +
                                      std::to_string(newest) + "): install the later version"};
    }
    if (*found == newest) return done();
    const Done stepped = transaction([&]() -> Done {
      // Another program may have been faster between the look and the lock.
      const Result<std::int64_t> now = integer("PRAGMA user_version");
      if (!now) return now.error();
      if (*now != *found) return done();
      if (Done made = body_->run_script(steps[static_cast<std::size_t>(*found)]); !made)
        return made;
      return body_->run_script("PRAGMA user_version = " + std::to_string(*found + 1));
    });
    if (!stepped) return stepped;
  }
  return done();
}

Done Database::run(std::string_view sql, std::initializer_list<Bound> values) {
  return body_->run(sql, values, nullptr);
}

Done Database::query(std::string_view sql, std::initializer_list<Bound> values,
                     const std::function<Done(const Row&)>& visit) {
  return body_->run(sql, values, &visit);
}

Done Database::run_rows(std::string_view sql, std::span<const Bound> values) {
  return body_->run_rows(sql, values, nullptr);
}

Done Database::query_rows(std::string_view sql, std::span<const Bound> values,
                          const std::function<Done(const Row&)>& visit) {
  return body_->run_rows(sql, values, &visit);
}

Result<std::int64_t> Database::integer(std::string_view sql, std::initializer_list<Bound> values) {
  std::optional<std::int64_t> first;
  bool seen = false;
  const Done asked = query(sql, values, [&](const Row& row) {
    if (!seen) first = row.optional_integer(0);
    seen = true;
    return done();
  });
  if (!asked) return asked.error();
  if (!first) return Error{Cause::absent, body_->path + ": no such row"};
  return *first;
}

Result<std::string> Database::text(std::string_view sql, std::initializer_list<Bound> values) {
  std::optional<std::string> first;
  bool seen = false;
  const Done asked = query(sql, values, [&](const Row& row) {
    if (!seen) first = row.optional_text(0);
    seen = true;
    return done();
  });
  if (!asked) return asked.error();
  if (!first) return Error{Cause::absent, body_->path + ": no such row"};
  return *std::move(first);
}

std::int64_t Database::last_insert_id() const { return sqlite3_last_insert_rowid(body_->handle); }
std::int64_t Database::changed_rows() const { return sqlite3_changes64(body_->handle); }

Done Database::transaction(const std::function<Done()>& body) {
  return body_->within("BEGIN IMMEDIATE", body);
}
Done Database::read_transaction(const std::function<Done()>& body) {
  return body_->within("BEGIN", body);
}

Done Database::check() {
  const Result<std::string> finding = text("PRAGMA integrity_check(1)");
  if (!finding) return finding.error();
  if (*finding == "ok") return done();
  return Error{Cause::malformed,
               body_->path + ": damaged: " + *finding + "; move it away, a new one is then made"};
}

// SQLite fills a file that is empty; one that it makes itself everybody could read.
Done Database::copy_to(const std::string& path) {
  if (Done made = make_with_mode(path, body_->file_mode); !made) return made;
  return run("VACUUM INTO ?", {std::string_view(path)});
}

Done set_damaged_aside(const std::string& path) {
  // The journals go first: a file without its journal is only older, one with a foreign journal is
  // wrong.
  for (const char* suffix : {"-journal", "-wal", "-shm", ""}) {
    const fs::path aside = path_from(path + ".damaged" + suffix);
    std::error_code why;
    if (!fs::exists(path_from(path + suffix), why)) continue;
    fs::remove(aside, why);
    fs::rename(path_from(path + suffix), aside, why);
    if (why) {
      return Error{Cause::io, path + ": is damaged and cannot be moved away: " + why.message()};
    }
  }
  return done();
}

}  // namespace wattlife
