// SPDX-License-Identifier: EUPL-1.2
// The N-th call to the disk fails while the agent makes and sends reports, for every N; each time
// the run ends there, as a killed one does. Runs on a disk that works again must bring every row to
// the collector exactly once, with sequence numbers without a gap.
#include <gtest/gtest.h>

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

}  // namespace
}  // namespace wattlife
