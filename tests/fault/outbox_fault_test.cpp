// SPDX-License-Identifier: EUPL-1.2
// The N-th call to the disk fails while the agent makes and sends reports, for every N; each time
// the run ends there, as a killed one does. Runs on a disk that works again must bring every row to
// the collector exactly once, with sequence numbers without a gap.
#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <set>

#include "agent/delivery.h"
#include "agent/due_reports.h"
#include "agent/outbox.h"
#include "tests/agent/examples.h"
#include "tests/fault/failures.h"
#include "tests/temporary_folder.h"

namespace wattlife {
namespace {

using std::chrono::days;

const UtcTime monday = utc("2026-11-09T00:00:00Z");
const UtcTime now = monday + days(22);
const Collector address{"https://wattlife.example", "token"};

// Three weeks of a few rows; row energies are distinct powers of two.
Samples measured() {
  Samples samples;
  samples.store_id = Id128(16, 's');
  for (std::int64_t row = 1; row <= 12; ++row) {
    const UtcTime slot = monday + days(2 * (row - 1));
    samples.windows.push_back({row, window(slot, std::int64_t{1} << row)});
  }
  samples.inventory = laptop();
  return samples;
}

// Accepts what is well made; remembers bytes, secrets and the order.
struct Collected {
  std::map<std::int64_t, std::string> reports;
  std::set<std::string> secrets;  // given out; each is good for ever, as after a lost answer
  int given = 0;

  std::string next_secret() {
    const std::string secret(32, static_cast<char>('a' + given++ % 26));
    secrets.insert(hex_of(secret));
    return secret;
  }
  static std::string hex_of(const std::string& bytes) {
    std::string hex;
    for (const char c : bytes) {
      hex += "0123456789abcdef"[static_cast<unsigned char>(c) >> 4];
      hex += "0123456789abcdef"[static_cast<unsigned char>(c) & 15];
    }
    return hex;
  }

  Result<HttpResponse> answer(const HttpRequest& request) {
    if (request.url.ends_with("/enrolments")) {
      return HttpResponse{
          200, "", {}, to_bytes(EnrolmentAnswer{Id128(16, 'd'), next_secret(), false})};
    }
    std::string bearer;
    for (const auto& [name, value] : request.headers) {
      if (name == "Authorization") bearer = value;
    }
    EXPECT_TRUE(secrets.contains(bearer.substr(bearer.find('.') + 1)))
        << "a secret nobody gave out";
    const Result<Report> report = report_from(request.body);
    EXPECT_TRUE(report) << report.error().text;
    if (!report) return Error{};
    const auto [at, fresh] = reports.emplace(report->sequence, request.body);
    EXPECT_EQ(at->second, request.body) << "report " << report->sequence << " changed";
    std::int64_t through = 0;
    while (reports.contains(through + 1)) ++through;
    return HttpResponse{200,
                        "",
                        {},
                        to_bytes(Acknowledgement{report->install_id, report->sequence, through,
                                                 next_secret(), false})};
  }
};

// One run of the agent, as agent_main.cpp wires it. False when it ended with an error.
bool run_agent(const std::string& path, Collected& collector) {
  Result<Outbox> outbox = Outbox::open(path);
  if (!outbox) {
    EXPECT_NE(outbox.error().cause, Cause::malformed) << outbox.error().text;
    return false;
  }
  const Samples samples = measured();
  const std::optional<Shipped> identity = *as_shipped(*samples.inventory);
  const Result<Reported> reported = outbox->reported(samples.store_id);
  if (!reported) return false;
  const UtcDay today = std::chrono::floor<days>(now);
  if (!outbox->add(due_reports(samples, identity, *reported, now, PeriodLength::week),
                   samples.store_id, today)) {
    return false;
  }
  if (!outbox->remove_old(today)) return false;
  const World world{[&](const HttpRequest& request) { return collector.answer(request); },
                    [] { return now; }, [] { return std::uint64_t{0}; }, [] { return false; }};
  const Result<Delivered> delivered = deliver(*outbox, address, identity, today, true, world);
  return delivered && delivered->exit == Exit::fine;
}

void expect_complete(const Collected& collector) {
  std::int64_t energy_mj = 0;
  int inventories = 0;
  std::int64_t sequence = 0;
  for (const auto& [number, bytes] : collector.reports) {
    EXPECT_EQ(number, ++sequence);
    const Result<Report> report = report_from(bytes);
    ASSERT_RESULT(report);
    if (report->inventory) ++inventories;
    if (!report->summary) continue;
    for (const EnergyRow& row : report->summary->energy) energy_mj += row.device->energy.milli;
  }
  // Rows 1 to 11 are of the three weeks that are over; row 12 is of the running one.
  EXPECT_EQ(energy_mj, (std::int64_t{1} << 12) - 2);
  EXPECT_EQ(inventories, 1);
}

TEST(OutboxFault, ARunThatEndsAnywhereLosesAndDoublesNothing) {
  fault::for_every_call([](const fault::Failure& failure, int nth) {
    const TemporaryFolder folder;
    Collected collector;
    fault::arm(nth, failure.failing, failure.code, failure.calls);
    run_agent(folder / "outbox.db", collector);
    fault::disarm();
    EXPECT_TRUE(run_agent(folder / "outbox.db", collector));
    EXPECT_TRUE(run_agent(folder / "outbox.db", collector));
    expect_complete(collector);
    Result<Database> database = Database::open(folder / "outbox.db", {OpenMode::read_only, 0});
    ASSERT_RESULT(database);
    expect_done(database->check());
    EXPECT_EQ(*database->integer("SELECT last_sequence FROM agent"), 3);
    EXPECT_EQ(*database->integer("SELECT count(*) FROM report WHERE state = 'sent'"), 3);
  });
}

// --- Sealing the secret that an earlier version left as it is ------------------------------------

const std::string plain_secret(32, 'P');

// Seals by a name, as a Keychain does: a file that refers to a forgotten one has lost its secret.
struct Vault {
  std::map<std::string, std::string> items;
  int given = 0;
  SecretStore store() {
    return {"vault",
            [this](std::string_view secret) -> Result<std::string> {
              const std::string name = "sealed-" + std::to_string(++given);
              items[name] = std::string(secret);
              return name;
            },
            [this](std::string_view sealed) -> Result<std::string> {
              const auto found = items.find(std::string(sealed));
              if (found == items.end()) return Error{Cause::denied, "there is no such item"};
              return found->second;
            },
            [this](std::string_view sealed) { items.erase(std::string(sealed)); }};
  }
};

std::string secret_in(const std::string& path, Vault& vault) {
  Result<Outbox> outbox = Outbox::open(path, vault.store());
  EXPECT_TRUE(outbox) << outbox.error().text;
  if (!outbox) return "";
  const auto credential = outbox->credential();
  EXPECT_TRUE(credential) << credential.error().text;
  return credential && *credential ? (*credential)->secret : "";
}

bool stands_in(const std::string& path, const std::string& bytes) {
  std::ifstream in(path, std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(in), {}};
  return text.find(bytes) != std::string::npos;
}

void enrol(Outbox& outbox, const std::string& secret) {
  Outcome outcome;
  outcome.kind = Outcome::Kind::accepted;
  outcome.enrolment = EnrolmentAnswer{Id128(16, 'd'), secret, false};
  EXPECT_TRUE(outbox.record_enrolment(outcome, UploadState(), {}));
}

TEST(OutboxFault, ASecretThatIsBeingSealedIsNeverLostAndNeverLeft) {
  fault::for_every_call([](const fault::Failure& failure, int nth) {
    const TemporaryFolder folder;
    const std::string path = folder / "outbox.db";
    {
      Result<Outbox> outbox = Outbox::open(path);
      ASSERT_RESULT(outbox);
      enrol(*outbox, plain_secret);
    }
    {
      // As the version before left it.
      Result<Database> database = Database::open(path, {OpenMode::write_ahead_log, 2000, 0600});
      ASSERT_RESULT(database);
      expect_done(database->run("ALTER TABLE agent DROP COLUMN secret_kind"));
      expect_done(database->run("PRAGMA user_version = 3"));
    }
    Vault vault;
    fault::arm(nth, failure.failing, failure.code, failure.calls);
    // A run that ends somewhere, and those of the next hours.
    for (int start = 0; start < 3; ++start) (void)Outbox::open(path, vault.store());
    fault::disarm();
    EXPECT_EQ(secret_in(path, vault), plain_secret);
    // While it is open: closing tidies up, and a run that is killed does not close.
    const Result<Outbox> open = Outbox::open(path, vault.store());
    EXPECT_FALSE(stands_in(path, plain_secret));
    EXPECT_FALSE(stands_in(path + "-wal", plain_secret));
  });
}

// The same for one that is replaced: the file refers to the old one or to the new one, and both
// open as long as it may be either.
TEST(OutboxFault, ASealedSecretThatIsReplacedIsTheOldOneOrTheNewOne) {
  const std::string next(32, 'N');
  fault::for_every_call([&](const fault::Failure& failure, int nth) {
    const TemporaryFolder folder;
    const std::string path = folder / "outbox.db";
    Vault vault;
    {
      Result<Outbox> outbox = Outbox::open(path, vault.store());
      ASSERT_RESULT(outbox);
      enrol(*outbox, plain_secret);
    }
    fault::arm(nth, failure.failing, failure.code, failure.calls);
    bool recorded = false;
    for (int start = 0; start < 3 && !recorded; ++start) {
      Result<Outbox> outbox = Outbox::open(path, vault.store());
      if (!outbox) continue;
      Outcome outcome;
      outcome.kind = Outcome::Kind::accepted;
      outcome.enrolment = EnrolmentAnswer{Id128(16, 'd'), next, false};
      recorded = static_cast<bool>(outbox->record_enrolment(outcome, UploadState(), {}));
      (void)Outbox::open_read_only(path, vault.store());
    }
    (void)Outbox::open(path, vault.store());
    (void)Outbox::open(path, vault.store());
    fault::disarm();
    const std::string after = secret_in(path, vault);
    if (recorded) {
      EXPECT_EQ(after, next);
    }
    EXPECT_TRUE(after == plain_secret || after == next) << "neither is there: " << after;
  });
}

}  // namespace
}  // namespace wattlife
