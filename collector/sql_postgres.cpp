// SPDX-License-Identifier: EUPL-1.2
// The body of sql.h over libpq, whose header only sql_postgres* includes: the connection and its
// transactions. Statements are prepared once per connection; rows come in one by one. In a
// transaction that writes, run() does not wait for its answer: what it sends goes along with the
// next question (libpq's pipeline), which is where its error shows.
//
// Transactions are READ COMMITTED: what must not happen twice at once is guarded by locks that the
// store takes by name or by row, not by the isolation level, so that writers wait for each other
// instead of failing. What still collides is run again.
#include <libpq-fe.h>

#include <algorithm>
#include <cassert>
#include <map>
#include <utility>

#include "collector/sql.h"
#include "collector/sql_postgres_errors.h"
#include "collector/sql_postgres_values.h"

namespace wattlife {
namespace {

// How often a transaction is tried when others were in the way.
constexpr int most_attempts = 8;
// Answers that are waited for together, few enough that neither side ever waits for room to write.
constexpr int most_waiting = 64;
constexpr std::string_view lock_of_migration = "layout";
constexpr std::string_view lock_of_writers = "writers";

struct CloseConnection {
  void operator()(PGconn* connection) const { PQfinish(connection); }
};
struct ClearResult {
  void operator()(PGresult* result) const { PQclear(result); }
};
using Connection = std::unique_ptr<PGconn, CloseConnection>;
using Answer = std::unique_ptr<PGresult, ClearResult>;

class PostgresSql final : public Sql {
 public:
  PostgresSql(std::string url, std::string name) : url_(std::move(url)), name_(std::move(name)) {}

  std::string_view either(std::string_view, std::string_view postgres) const override {
    return postgres;
  }
  std::string name() const override { return name_; }

  Done run(std::string_view sql, std::initializer_list<Bound> values) override {
    return run_span(sql, std::span(values.begin(), values.size()));
  }
  Done query(std::string_view sql, std::initializer_list<Bound> values,
             const std::function<Done(const SqlRow&)>& visit) override {
    return query_span(sql, std::span(values.begin(), values.size()), visit);
  }
  Done run_rows(const RowsText& text, std::span<const Bound> values) override;
  Done query_rows(const RowsText& text, std::span<const Bound> values,
                  const std::function<Done(const SqlRow&)>& visit) override;

  Done transaction(const std::function<Done()>& body) override {
    return attempts(begin_writing(false), true, body);
  }
  Done transaction_alone(const std::function<Done()>& body) override {
    return attempts(begin_writing(true), true, body);
  }
  Done read_transaction(const Reach& reach, const std::function<Done()>& body) override;
  Done lock(const std::vector<std::string>& names) override;

  Done migrate(std::span<const SchemaStep> steps) override;
  Done check() override;
  Done backup(const std::string& path) override;

  // Connects when there is no connection.
  Done connect();

 private:
  // Plans are kept, and those made while tables are small would read them whole for ever; what is
  // written is always found by a key. They do not depend on the values, so that none is made twice.
  static std::string begin_writing(bool alone) {
    return std::string("BEGIN; ") +
           (alone ? ""
                  : "SET LOCAL enable_seqscan = off; "
                    "SET LOCAL plan_cache_mode = force_generic_plan; ") +
           "SELECT pg_advisory_xact_lock" + (alone ? "(" : "_shared(") +
           std::to_string(lock_number(lock_of_writers)) + ")";
  }
  Error failed(const PGresult* result);
  Error lost();
  Error lost_in_transaction() const {
    return {Cause::busy, name_ + ": the connection was lost in a transaction"};
  }
  Done script(const std::string& sql);
  Result<std::string> prepared(std::string_view sql, int values);
  Done send(std::string_view sql, std::span<const Bound> values);
  Done collect(const std::function<Done(const SqlRow&)>& visit, bool& visited);
  Done settle(const std::function<Done(const SqlRow&)>* visit, bool& visited);
  Done ask(std::string_view sql, std::span<const Bound> values,
           const std::function<Done(const SqlRow&)>& visit, bool& visited);
  Done run_span(std::string_view sql, std::span<const Bound> values);
  Done query_span(std::string_view sql, std::span<const Bound> values,
                  const std::function<Done(const SqlRow&)>& visit);
  Done begin(const std::string& text, bool pipelined);
  Done commit();
  Done attempts(const std::string& text, bool pipelined, const std::function<Done()>& body);
  Done attempt(const std::string& text, bool pipelined, const std::function<Done()>& body);

  std::string url_;
  std::string name_;
  Connection connection_;
  std::map<std::string, std::string, std::less<>> statements_;  // text -> name on this connection
  std::vector<std::string> preparing_;  // of which the server has not yet said that they are there
  int named_ = 0;                       // statements so far, on this connection
  int waiting_ = 0;                     // answers that were not yet looked at
  bool pipelined_ = false;
  bool in_transaction_ = false;
  bool in_visit_ = false;
  bool again_ = false;  // the last error is one that another attempt may not meet
};

Error PostgresSql::lost() {
  const std::string why = one_line(PQerrorMessage(connection_.get()));
  connection_.reset();
  statements_.clear();
  preparing_.clear();
  waiting_ = 0;
  pipelined_ = false;
  return {Cause::busy, name_ + ": " + why + std::string(meaning_of("08").advice)};
}

// Only the first line of what the server says: its details hold values, and a serial number does
// not belong in a log.
Error PostgresSql::failed(const PGresult* result) {
  if (connection_ == nullptr || PQstatus(connection_.get()) != CONNECTION_OK) return lost();
  const char* state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
  const char* says = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
  const std::string code = state != nullptr ? state : "";
  // Without a code libpq itself speaks: it lost the connection. Or the server says that it stops,
  // and only then closes it.
  if (code.empty() || code.starts_with("57P")) return lost();
  const Meaning meaning = meaning_of(code);
  again_ = worth_another_attempt(code);
  return {meaning.cause, name_ + ": " + one_line(says != nullptr ? says : "no answer") + " (" +
                             code + ")" + std::string(meaning.advice)};
}

Done PostgresSql::connect() {
  if (connection_ != nullptr) return done();
  statements_.clear();
  // A later keyword wins, so the URL may say otherwise about the first two.
  const char* keywords[] = {"fallback_application_name", "connect_timeout", "dbname",
                            "client_encoding", nullptr};
  const char* values[] = {"wattlife-collector", "10", url_.c_str(), "UTF8", nullptr};
  connection_.reset(PQconnectdbParams(keywords, values, 1));
  if (connection_ == nullptr) return Error{Cause::io, name_ + ": no memory for a connection"};
  if (PQstatus(connection_.get()) != CONNECTION_OK) {
    const Error error = error_of_connecting(name_, connection_.get());
    connection_.reset();
    return error;
  }
  PQsetNoticeProcessor(
      connection_.get(), [](void*, const char*) {}, nullptr);
  // An acknowledgement means that it is on disk, whatever the server was set to. A connection that
  // could not be set up like this is none: the next use makes another one.
  Done ready = script(
      "SET standard_conforming_strings = on; SET TIME ZONE 'UTC'; SET jit = off; SET lock_timeout "
      "= '10s'; "
      "SET idle_in_transaction_session_timeout = '60s'; "
      "SELECT set_config('wattlife.oin', '*', false); "
      "SELECT set_config('synchronous_commit', 'on', false) "
      "WHERE current_setting('synchronous_commit') = 'off'");
  if (!ready) connection_.reset();
  return ready;
}

// Several statements without values.
Done PostgresSql::script(const std::string& sql) {
  const Answer answer(PQexec(connection_.get(), sql.c_str()));
  const ExecStatusType status = PQresultStatus(answer.get());
  if (status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK || status == PGRES_EMPTY_QUERY) {
    return done();
  }
  return failed(answer.get());
}

Result<std::string> PostgresSql::prepared(std::string_view sql, int values) {
  const auto found = statements_.find(sql);
  if (found != statements_.end()) return found->second;
  int count = 0;
  const std::string text = numbered(sql, count);
  assert(count == values);
  (void)values;
  const std::string name = "s" + std::to_string(++named_);
  if (pipelined_) {
    if (PQsendPrepare(connection_.get(), name.c_str(), text.c_str(), 0, nullptr) == 0)
      return lost();
    preparing_.emplace_back(sql);
    ++waiting_;
  } else {
    const Answer answer(PQprepare(connection_.get(), name.c_str(), text.c_str(), 0, nullptr));
    if (PQresultStatus(answer.get()) != PGRES_COMMAND_OK) return failed(answer.get());
  }
  statements_.emplace(std::string(sql), name);
  return name;
}

// libpq copies the values.
Done PostgresSql::send(std::string_view sql, std::span<const Bound> values) {
  const PostgresValues bound(values);
  const auto name = prepared(sql, bound.count());
  if (!name) return name.error();
  if (PQsendQueryPrepared(connection_.get(), name->c_str(), bound.count(), bound.data(),
                          bound.lengths(), bound.formats(), 1) == 0) {
    return lost();
  }
  return done();
}

// The answer to one statement. Takes in all rows, also after an error of `visit`: the connection is
// free for the next one at the end.
Done PostgresSql::collect(const std::function<Done(const SqlRow&)>& visit, bool& visited) {
  Done outcome = done();
  bool refused = false;
  while (true) {
    const Answer answer(PQgetResult(connection_.get()));
    if (answer == nullptr) return outcome;
    switch (PQresultStatus(answer.get())) {
      case PGRES_SINGLE_TUPLE:
      case PGRES_TUPLES_OK:
        for (int row = 0; row < PQntuples(answer.get()); ++row) {
          visited = true;
          if (outcome) outcome = visit(PostgresRow(answer.get(), row));
        }
        break;
      case PGRES_COMMAND_OK:
      case PGRES_EMPTY_QUERY:
      case PGRES_PIPELINE_ABORTED:  // after an error that settle() has seen
        break;
      default:
        if (!refused) outcome = failed(answer.get());
        refused = true;
        if (connection_ == nullptr) return outcome;
    }
  }
}

// Takes in all answers that were waited for, and then that to a question, when there is one. The
// first error is the one to tell: what came after it was not done.
Done PostgresSql::settle(const std::function<Done(const SqlRow&)>* visit, bool& visited) {
  if (!pipelined_ || (waiting_ == 0 && visit == nullptr)) return done();
  if (PQpipelineSync(connection_.get()) == 0) return lost();
  Done outcome = done();
  const auto passed_over = [](const SqlRow&) { return done(); };
  bool ignored = false;
  for (; waiting_ > 0; --waiting_) {
    const Done one = collect(passed_over, ignored);
    if (connection_ == nullptr) return one;
    if (outcome) outcome = one;
  }
  const bool broken = !outcome;
  if (visit != nullptr) {
    PQsetSingleRowMode(connection_.get());
    in_visit_ = true;
    const Done asked = collect(*visit, visited);
    in_visit_ = false;
    if (connection_ == nullptr) return asked;
    if (outcome) outcome = asked;
  }
  const Answer sync(PQgetResult(connection_.get()));
  if (PQresultStatus(sync.get()) != PGRES_PIPELINE_SYNC) return lost();
  if (broken || PQtransactionStatus(connection_.get()) == PQTRANS_INERROR) {
    for (const std::string& sql : preparing_) statements_.erase(sql);
  }
  preparing_.clear();
  return outcome;
}

Done PostgresSql::ask(std::string_view sql, std::span<const Bound> values,
                      const std::function<Done(const SqlRow&)>& visit, bool& visited) {
  if (Done connected = connect(); !connected) return connected;
  if (Done sent = send(sql, values); !sent) return sent;
  if (pipelined_) return settle(&visit, visited);
  PQsetSingleRowMode(connection_.get());
  in_visit_ = true;
  Done asked = collect(visit, visited);
  in_visit_ = false;
  return asked;
}

Done PostgresSql::run_span(std::string_view sql, std::span<const Bound> values) {
  if (in_transaction_ && connection_ == nullptr) return lost_in_transaction();
  if (!pipelined_) return query_span(sql, values, [](const SqlRow&) { return done(); });
  assert(!in_visit_ && "a statement inside a visit");
  if (Done sent = send(sql, values); !sent) return sent;
  bool ignored = false;
  return ++waiting_ < most_waiting ? done() : settle(nullptr, ignored);
}

Done PostgresSql::query_span(std::string_view sql, std::span<const Bound> values,
                             const std::function<Done(const SqlRow&)>& visit) {
  assert(!in_visit_ && "a statement inside a visit");
  if (in_transaction_ && connection_ == nullptr) {
    return lost_in_transaction();
  }
  bool visited = false;
  Done asked = ask(sql, values, visit, visited);
  // The server was restarted since the last use: only to ask is safe to do again.
  const bool only_asks = sql.starts_with("SELECT");
  if (!asked && connection_ == nullptr && !in_transaction_ && !visited && only_asks) {
    asked = ask(sql, values, visit, visited);
  }
  return asked;
}

// As many rows at a time as rows_at_once() says: each count is a statement of its own.
Done PostgresSql::run_rows(const RowsText& text, std::span<const Bound> values) {
  const std::size_t width = width_of(text);
  while (const std::size_t rows = rows_at_once(values.size() / width)) {
    if (Done ran = run_span(repeated(text, rows), values.first(rows * width)); !ran) return ran;
    values = values.subspan(rows * width);
  }
  return done();
}

Done PostgresSql::query_rows(const RowsText& text, std::span<const Bound> values,
                             const std::function<Done(const SqlRow&)>& visit) {
  const std::size_t width = width_of(text);
  while (const std::size_t rows = rows_at_once(values.size() / width)) {
    const Done asked = query_span(repeated(text, rows), values.first(rows * width), visit);
    if (!asked) return asked;
    values = values.subspan(rows * width);
  }
  return done();
}

// --- Transactions
// ---------------------------------------------------------------------------------

Done PostgresSql::attempts(const std::string& text, bool pipelined,
                           const std::function<Done()>& body) {
  assert(!in_transaction_ && "transactions do not nest");
  Done outcome = done();
  for (int i = 0; i < most_attempts; ++i) {
    again_ = false;
    outcome = attempt(text, pipelined, body);
    if (outcome || !again_) return outcome;
  }
  return still_in_the_way(outcome.error());
}

Done PostgresSql::begin(const std::string& text, bool pipelined) {
  if (Done connected = connect(); !connected) return connected;
  Done begun = script(text);
  if (!begun && connection_ == nullptr) {  // restarted since the last use; nothing was begun
    if (Done connected = connect(); !connected) return connected;
    begun = script(text);
  }
  if (begun && pipelined) pipelined_ = PQenterPipelineMode(connection_.get()) != 0;
  return begun;
}

Done PostgresSql::commit() {
  const Answer answer(PQexec(connection_.get(), "COMMIT"));
  if (PQresultStatus(answer.get()) != PGRES_COMMAND_OK) return failed(answer.get());
  if (std::string_view(PQcmdStatus(answer.get())) == "COMMIT") return done();
  return Error{Cause::io, name_ + ": was rolled back after an earlier error"};
}

Done PostgresSql::attempt(const std::string& text, bool pipelined,
                          const std::function<Done()>& body) {
  Done outcome = begin(text, pipelined);
  in_transaction_ = true;
  if (outcome) {
    again_ = false;
    outcome = body();
    bool ignored = false;
    const Done settled = connection_ != nullptr ? settle(nullptr, ignored) : done();
    if (outcome) outcome = settled;
    // An error that is not the database's own ends it for good.
    if (!outcome && connection_ != nullptr &&
        PQtransactionStatus(connection_.get()) != PQTRANS_INERROR) {
      again_ = false;
    }
  }
  in_transaction_ = false;
  if (connection_ == nullptr) return outcome ? Done(lost_in_transaction()) : outcome;
  if (pipelined_ && PQexitPipelineMode(connection_.get()) == 0) return lost();
  pipelined_ = false;
  if (outcome) outcome = commit();
  if (!outcome && connection_ != nullptr &&
      PQtransactionStatus(connection_.get()) != PQTRANS_IDLE) {
    const bool again = again_;
    (void)script("ROLLBACK");  // the error that brought us here is the one to tell
    again_ = again;
  }
  return outcome;
}

Done PostgresSql::read_transaction(const Reach& reach, const std::function<Done()>& body) {
  return attempts("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", false, [&]() -> Done {
    if (!reach.oin) return body();
    const Done walled =
        run("SELECT set_config('wattlife.oin', ?, true)", {std::string_view(*reach.oin)});
    return walled ? body() : walled;
  });
}

Done PostgresSql::lock(const std::vector<std::string>& names) {
  std::vector<std::int64_t> numbers;
  for (const std::string& name : names) numbers.push_back(lock_number(name));
  std::sort(numbers.begin(), numbers.end());
  numbers.erase(std::unique(numbers.begin(), numbers.end()), numbers.end());
  if (numbers.empty()) return done();
  std::string list;
  for (const std::int64_t number : numbers) {
    list += (list.empty() ? "" : ",") + std::to_string(number);
  }
  return run("SELECT pg_advisory_xact_lock(k) FROM unnest(string_to_array(?, ',')::bigint[]) k",
             {std::string_view(list)});
}

// --- Care
// -----------------------------------------------------------------------------------------

Done PostgresSql::migrate(std::span<const SchemaStep> steps) {
  const auto newest = static_cast<std::int64_t>(steps.size());
  const std::string begin = "BEGIN; SET LOCAL lock_timeout = 0; SELECT pg_advisory_xact_lock(" +
                            std::to_string(lock_number(lock_of_migration)) + ")";
  std::int64_t found = -1;
  while (found < newest) {
    const Done stepped = attempts(begin, false, [&]() -> Done {
      Done step = script("CREATE TABLE IF NOT EXISTS layout (version BIGINT NOT NULL)");
      if (!step) return step;
      const auto version = integer("SELECT max(version) FROM layout");
      if (!version && version.error().cause != Cause::absent) return version.error();
      found = version ? *version : 0;
      if (found > newest) {
        return Error{Cause::denied, name_ +
                                        ": was made by a later version of this program (layout " +
                                        std::to_string(found) + ", this program knows " +
                                        std::to_string(newest) + "): install the later version"};
      }
      if (found == newest) return done();
      step = script(std::string(steps[static_cast<std::size_t>(found)].postgres));
      if (step) step = run("INSERT INTO layout VALUES (?)", {found + 1});
      return step;
    });
    if (!stepped) return stepped;
    ++found;
  }
  return done();
}

// PostgreSQL has no check of a whole database; reading every value makes damage show that its
// checksums find.
Done PostgresSql::check() {
  std::vector<std::string> tables;
  const Done listed = query(
      "SELECT quote_ident(relname) FROM pg_class WHERE relkind = 'r' "
      "AND relnamespace = current_schema()::regnamespace ORDER BY relname",
      {}, [&](const SqlRow& row) {
        tables.push_back(row.text(0));
        return done();
      });
  if (!listed) return listed;
  for (const std::string& table : tables) {
    const auto length = integer("SELECT coalesce(sum(length(t::text)), 0) FROM " + table + " t");
    if (!length) return length.error();
  }
  return done();
}

// Row-level security also holds for the owner of the tables, who must ask for all rows.
Done PostgresSql::backup(const std::string& path) {
  return Error{Cause::denied,
               name_ +
                   ": a PostgreSQL database is copied by PostgreSQL's own tools. This one, as "
                   "it is now: PGOPTIONS='-c wattlife.oin=*' pg_dump --enable-row-security "
                   "--format=custom --file=" +
                   path + " URL; into an empty one: pg_restore --no-owner --dbname=URL " + path +
                   "; the whole server, to any moment: pg_basebackup with archived WAL"};
}

// Host and database of a URL, never its password; malformed when libpq cannot read it.
Result<std::string> name_from(const std::string& url) {
  char* message = nullptr;
  PQconninfoOption* options = PQconninfoParse(url.c_str(), &message);
  if (options == nullptr) {
    const std::string why = one_line(message);
    PQfreemem(message);
    return Error{Cause::malformed, "the database URL cannot be read: " + why};
  }
  std::string host;
  std::string database;
  for (const PQconninfoOption* option = options; option->keyword != nullptr; ++option) {
    const std::string_view keyword = option->keyword;
    if (option->val == nullptr) continue;
    if (keyword == "host") host = option->val;
    if (keyword == "dbname") database = option->val;
  }
  PQconninfoFree(options);
  return "postgresql " + host + "/" + database;
}

}  // namespace

Result<std::unique_ptr<Sql>> open_postgres(const std::string& url, StoreOpen mode) {
  auto name = name_from(url);
  if (!name) return name.error();
  auto sql = std::make_unique<PostgresSql>(url, *name);
  if (Done connected = sql->connect(); !connected) return connected.error();
  if (mode == StoreOpen::existing) {
    const auto there =
        sql->integer("SELECT count(*) FROM pg_class WHERE oid = to_regclass('layout')");
    if (!there) return there.error();
    if (*there == 0) {
      return Error{Cause::absent, *name +
                                      ": the tables are not there; make them with "
                                      "`wattlife-collector migrate --database URL`"};
    }
  }
  return std::unique_ptr<Sql>(std::move(sql));
}

}  // namespace wattlife
