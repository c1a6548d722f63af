// SPDX-License-Identifier: EUPL-1.2
#include "agent/outbox.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>

#include "tests/agent/examples.h"
#include "tests/temporary_folder.h"

namespace wattlife {
namespace {

using std::chrono::days;

const UtcDay today = UtcDay{std::chrono::year{2026} / 11 / 24};
const Id128 store(16, 's');

Outbox opened(const TemporaryFolder& folder) {
  Result<Outbox> outbox = Outbox::open(folder / "outbox.db");
  if (!outbox) {
    ADD_FAILURE() << outbox.error().text;
    std::abort();
  }
  return *std::move(outbox);
}

DueReport with_summary(std::int64_t first, std::int64_t last) {
  DueReport due;
  const Period period = period_of(utc("2026-11-16T00:00:00Z"), PeriodLength::week);
  due.summary = summarise(period, {{first, window(UtcTime{period.begin}, 1000)},
                                   {last, window(UtcTime{period.begin}, 1000)}});
  due.rows = {{first, last}};
  return due;
}

DueReport with_inventory(const Inventory& inventory, SentCounters counters = {}) {
  DueReport due;
  due.inventory = as_shipped(inventory)->inventory;
  due.counters = std::move(counters);
  return due;
}

Outcome accepted(std::int64_t sequence, std::int64_t complete_through,
                 std::string next_secret = "") {
  Outcome outcome;
  outcome.kind = Outcome::Kind::accepted;
  outcome.acknowledgement =
      Acknowledgement{Id128(16, 'i'), sequence, complete_through, std::move(next_secret), false};
  return outcome;
}

void record(Outbox& outbox, std::int64_t sequence, const Outcome& outcome, UtcDay day = today) {
  const auto state = outbox.upload_state();
  ASSERT_RESULT(state);
  expect_done(
      outbox.record_report(sequence, outcome, after_report(*state, outcome, UtcTime{day}, 0), day));
}

std::vector<std::int64_t> queued(Outbox& outbox) {
  std::vector<std::int64_t> sequences;
  const auto reports = outbox.queued();
  EXPECT_TRUE(reports);
  if (reports) {
    for (const QueuedReport& report : *reports) sequences.push_back(report.sequence);
  }
  return sequences;
}

TEST(Outbox, AnInstallationKeepsItsIdAndANewOneHasAnother) {
  const TemporaryFolder folder;
  const TemporaryFolder other;
  const Id128 id = *opened(folder).install_id();
  EXPECT_EQ(id.size(), 16U);
  EXPECT_EQ(*opened(folder).install_id(), id);
  EXPECT_NE(*opened(other).install_id(), id);
}

TEST(Outbox, ReportsAreNumberedWithoutGapsAndTheirBytesNeverChange) {
  const TemporaryFolder folder;
  std::string bytes;
  {
    Outbox outbox = opened(folder);
    expect_done(outbox.add({with_inventory(laptop())}, store, today));
    expect_done(outbox.add({with_summary(1, 5), with_summary(6, 9)}, store, today));
    bytes = (*outbox.next())->bytes;
  }
  Outbox outbox = opened(folder);
  EXPECT_EQ(queued(outbox), (std::vector<std::int64_t>{1, 2, 3}));
  EXPECT_EQ((*outbox.next())->bytes, bytes);
  const Result<Report> first = report_from(bytes);
  ASSERT_RESULT(first);
  EXPECT_EQ(first->install_id, *outbox.install_id());
  EXPECT_EQ(first->sequence, 1);
  EXPECT_EQ(first->data_list_version, first_data_list);
  EXPECT_TRUE(first->inventory);
  EXPECT_FALSE(first->summary);
  const Result<Report> third = report_from((*outbox.queued())[2].bytes);
  ASSERT_RESULT(third);
  EXPECT_EQ(third->summary->first_window, 6);
  EXPECT_EQ(third->summary->last_window, 9);
  EXPECT_EQ(third->store_id, store);
}

TEST(Outbox, RemembersWhichRowsOfWhichStoreAreReported) {
  const TemporaryFolder folder;
  Outbox outbox = opened(folder);
  DueReport scattered = with_summary(1, 9);
  scattered.rows = {{1, 2}, {5, 5}, {8, 9}};
  expect_done(outbox.add({scattered}, store, today));
  EXPECT_EQ(outbox.reported(store)->rows, scattered.rows);
  EXPECT_TRUE(outbox.reported(Id128(16, 'x'))->rows.empty());
  DueReport between = with_summary(3, 7);
  between.rows = {{3, 4}, {6, 6}};
  expect_done(outbox.add({between}, store, today));
  EXPECT_EQ(outbox.reported(store)->rows, (std::vector<RowRange>{{1, 6}, {8, 9}}));
  DueReport last = with_summary(7, 7);
  expect_done(outbox.add({last}, store, today));
  EXPECT_EQ(outbox.reported(store)->rows, (std::vector<RowRange>{{1, 9}}));
}

TEST(Outbox, RemembersTheInventoryAsItWasSent) {
  const TemporaryFolder folder;
  Outbox outbox = opened(folder);
  EXPECT_FALSE(outbox.reported(store)->inventory);
  const SentCounters counters = {{"drive/a", "power_on_hours", 1200, today},
                                 {"pack/a", "cycles", 230, today}};
  expect_done(outbox.add({with_inventory(laptop(), counters)}, store, today));
  Inventory changed = laptop();
  changed.disks[0].media_errors = 2;
  const SentCounter later{"pack/a", "cycles", 310, today + days(3)};
  DueReport due = with_inventory(changed, {later});
  due.packs = {"pack/a", "pack/b"};
  expect_done(outbox.add({due}, store, today + days(3)));
  const auto reported = outbox.reported(store);
  ASSERT_RESULT(reported);
  EXPECT_EQ(reported->inventory, as_shipped(changed)->inventory);
  EXPECT_EQ(reported->inventory_day, today + days(3));
  EXPECT_EQ(reported->counters, (SentCounters{counters[0], later}));
  EXPECT_EQ(reported->packs, (std::vector<std::string>{"pack/a", "pack/b"}));
  EXPECT_FALSE(reported->serials);
}

TEST(Outbox, AnEnrolmentGivesTheSecretAndSettlesTheSerials) {
  const TemporaryFolder folder;
  const Serials serials = as_shipped(laptop())->serials;
  {
    Outbox outbox = opened(folder);
    EXPECT_FALSE(*outbox.credential());
    Outcome outcome;
    outcome.kind = Outcome::Kind::accepted;
    outcome.enrolment = EnrolmentAnswer{Id128(16, 'd'), std::string(32, '\xfe'), true};
    const auto state = outbox.upload_state();
    expect_done(
        outbox.record_enrolment(outcome, after_enrolment(*state, outcome, UtcTime{}, 0), serials));
  }
  Outbox outbox = opened(folder);
  const auto credential = outbox.credential();
  ASSERT_RESULT(credential);
  ASSERT_TRUE(*credential);
  EXPECT_EQ((*credential)->device_id, Id128(16, 'd'));
  EXPECT_EQ((*credential)->secret, std::string(32, '\xfe'));
  EXPECT_TRUE((*credential)->pending);
  EXPECT_TRUE(outbox.upload_state()->has_secret);
  EXPECT_EQ(outbox.reported(store)->serials, serials);
}

TEST(Outbox, AcceptedAndRefusedReportsLeaveTheQueueAndTheNextSecretCounts) {
  const TemporaryFolder folder;
  Outbox outbox = opened(folder);
  expect_done(
      outbox.add({with_summary(1, 1), with_summary(2, 2), with_summary(3, 3)}, store, today));
  Outcome enrolled;
  enrolled.kind = Outcome::Kind::accepted;
  enrolled.enrolment = EnrolmentAnswer{Id128(16, 'd'), std::string(32, '1'), false};
  expect_done(outbox.record_enrolment(enrolled, UploadState{}, {}));
  record(outbox, 1, accepted(1, 1, std::string(32, '2')));
  EXPECT_EQ((*outbox.credential())->secret, std::string(32, '2'));
  Outcome refused;
  refused.kind = Outcome::Kind::set_aside;
  refused.text = "bad";
  record(outbox, 2, refused);
  EXPECT_EQ(queued(outbox), (std::vector<std::int64_t>{3}));
  EXPECT_EQ((*outbox.last_sent())->sequence, 1);
  record(outbox, 3, accepted(3, 3));
  EXPECT_EQ((*outbox.credential())->secret, std::string(32, '2'))
      << "no new secret: the old one stays";
  EXPECT_EQ(outbox.upload_state()->next_report, std::nullopt);
  expect_done(outbox.add({with_summary(4, 4)}, store, today));
  EXPECT_EQ(queued(outbox), (std::vector<std::int64_t>{4}));
}

TEST(Outbox, WhatARestoredCollectorLostIsQueuedAgainOnce) {
  const TemporaryFolder folder;
  Outbox outbox = opened(folder);
  std::vector<DueReport> due;
  for (std::int64_t i = 1; i <= 6; ++i) due.push_back(with_summary(i, i));
  expect_done(outbox.add(due, store, today));
  for (std::int64_t i = 1; i <= 5; ++i) record(outbox, i, accepted(i, i));
  EXPECT_EQ(queued(outbox), (std::vector<std::int64_t>{6}));
  record(outbox, 6, accepted(6, 2));  // restored: it holds 1, 2 and now 6
  EXPECT_EQ(queued(outbox), (std::vector<std::int64_t>{3, 4, 5}));
  record(outbox, 3, accepted(3, 3));
  record(outbox, 4, accepted(4, 4));
  record(outbox, 5, accepted(5, 6));
  EXPECT_TRUE(queued(outbox).empty());
}

TEST(Outbox, AGapThatStaysDoesNotSendTheRestForEver) {
  const TemporaryFolder folder;
  Outbox outbox = opened(folder);
  std::vector<DueReport> due;
  for (std::int64_t i = 1; i <= 4; ++i) due.push_back(with_summary(i, i));
  expect_done(outbox.add(due, store, today));
  Outcome refused;
  refused.kind = Outcome::Kind::set_aside;
  record(outbox, 1, refused);  // the collector never got to know its number
  for (std::int64_t i = 2; i <= 4; ++i) {
    record(outbox, i, accepted(i, 0));
    EXPECT_EQ(queued(outbox).size(), static_cast<std::size_t>(4 - i));
  }
}

TEST(Outbox, SentReportsStayFiveWeeksAndNumbersAreNeverUsedAgain) {
  const TemporaryFolder folder;
  Outbox outbox = opened(folder);
  expect_done(outbox.add({with_summary(1, 1), with_summary(2, 2)}, store, today));
  record(outbox, 1, accepted(1, 1));
  record(outbox, 2, accepted(2, 2));
  expect_done(outbox.remove_old(today + days(35)));
  EXPECT_TRUE(*outbox.last_sent());
  expect_done(outbox.remove_old(today + days(36)));
  EXPECT_FALSE(*outbox.last_sent());
  expect_done(outbox.add({with_summary(3, 3)}, store, today));
  EXPECT_EQ(queued(outbox), (std::vector<std::int64_t>{3}));
  EXPECT_EQ(outbox.reported(store)->rows, (std::vector<RowRange>{{1, 3}}));
}

TEST(Outbox, QueuedReportsStayHoweverOldTheyAre) {
  const TemporaryFolder folder;
  Outbox outbox = opened(folder);
  expect_done(outbox.add({with_summary(1, 1)}, store, today));
  expect_done(outbox.remove_old(today + days(5000)));
  EXPECT_EQ(queued(outbox), (std::vector<std::int64_t>{1}));
}

TEST(Outbox, ALookMakesNothing) {
  const TemporaryFolder folder;
  EXPECT_EQ(Outbox::open_read_only(folder / "outbox.db").error().cause, Cause::absent);
  EXPECT_FALSE(std::filesystem::exists(folder / "outbox.db"));
  Outbox outbox = opened(folder);
  expect_done(outbox.add({with_summary(1, 1)}, store, today));
  Result<Outbox> look = Outbox::open_read_only(folder / "outbox.db");
  ASSERT_RESULT(look);
  EXPECT_EQ(queued(*look), (std::vector<std::int64_t>{1}));
  EXPECT_FALSE(look->add({with_summary(2, 2)}, store, today));
}

TEST(Outbox, ADamagedFileIsFoundWhenItIsOpened) {
  const TemporaryFolder folder;
  {
    Outbox outbox = opened(folder);
    expect_done(outbox.add({with_inventory(laptop())}, store, today));
  }
  std::fstream file(folder / "outbox.db", std::ios::in | std::ios::out | std::ios::binary);
  file.seekp(4096);
  file << std::string(4096, '\x5a');
  file.close();
  const Result<Outbox> damaged = Outbox::open(folder / "outbox.db");
  ASSERT_FALSE(damaged);
  EXPECT_EQ(damaged.error().cause, Cause::malformed);
}

TEST(Outbox, RemembersTheCalibrationThatWasSentAlsoInAFileOfLayout1) {
  const TemporaryFolder folder;
  DueReport due = with_inventory(laptop());
  due.calibration = CalibrationSummary{};
  due.data_list = 2;
  due.calibration->method = "calibrated-model-1";
  due.calibration->doubt = "none";
  {
    Outbox outbox = opened(folder);
    expect_done(outbox.add({with_inventory(laptop())}, store, today));
    EXPECT_FALSE(outbox.reported(store)->calibration);
  }
  {
    Result<Database> database =
        Database::open(folder / "outbox.db", {OpenMode::write_ahead_log, 2000, 0600});
    ASSERT_RESULT(database);
    expect_done(database->run("ALTER TABLE agent DROP COLUMN calibration_sent"));
    expect_done(database->run("ALTER TABLE agent DROP COLUMN calibration_day"));
    expect_done(database->run("DROP TABLE sent_counter"));
    expect_done(database->run("DROP TABLE pack"));
    expect_done(database->run("ALTER TABLE agent DROP COLUMN secret_kind"));
    expect_done(database->run("PRAGMA user_version = 1"));
  }
  {
    Result<Outbox> look = Outbox::open_read_only(folder / "outbox.db");
    ASSERT_RESULT(look);
    EXPECT_TRUE(look->reported(store)->inventory) << "a dry run reads the old layout";
  }
  Outbox outbox = opened(folder);
  EXPECT_EQ(queued(outbox), (std::vector<std::int64_t>{1}));
  expect_done(outbox.add({due}, store, today));
  const auto reported = outbox.reported(store);
  ASSERT_RESULT(reported);
  EXPECT_EQ(reported->calibration, due.calibration);
  EXPECT_EQ(reported->calibration_day, today);
  const Result<Report> second = report_from((*outbox.queued())[1].bytes);
  ASSERT_RESULT(second);
  EXPECT_EQ(second->data_list_version, 2U);
  EXPECT_EQ(second->calibration, due.calibration);
}

// --- Sealed secrets ------------------------------------------------------------------------------

// A system that seals: what it gives out is good for one secret until it is forgotten.
struct Vault {
  std::map<std::string, std::string> items;
  int given = 0;
  bool works = true;
  Cause failure = Cause::denied;

  SecretStore store() {
    SecretStore made;
    made.kind = "vault";
    made.seal = [this](std::string_view secret) -> Result<std::string> {
      if (!works) return Error{Cause::absent, "no vault for this account"};
      const std::string name = "sealed-" + std::to_string(++given);
      items[name] = std::string(secret);
      return name;
    };
    made.open = [this](std::string_view sealed) -> Result<std::string> {
      const auto found = items.find(std::string(sealed));
      if (!works || found == items.end()) return Error{failure, "it does not open"};
      return found->second;
    };
    made.forget = [this](std::string_view sealed) { items.erase(std::string(sealed)); };
    return made;
  }
};

Outbox opened(const TemporaryFolder& folder, const SecretStore& secrets) {
  Result<Outbox> outbox = Outbox::open(folder / "outbox.db", secrets);
  if (!outbox) {
    ADD_FAILURE() << outbox.error().text;
    std::abort();
  }
  return *std::move(outbox);
}

void enrol(Outbox& outbox, char secret) {
  Outcome outcome;
  outcome.kind = Outcome::Kind::accepted;
  outcome.enrolment = EnrolmentAnswer{Id128(16, 'd'), std::string(32, secret), false};
  const auto state = outbox.upload_state();
  ASSERT_RESULT(state);
  expect_done(
      outbox.record_enrolment(outcome, after_enrolment(*state, outcome, UtcTime{today}, 0), {}));
}

std::string secret_of(Outbox& outbox) {
  const auto credential = outbox.credential();
  EXPECT_TRUE(credential) << credential.error().text;
  return credential && *credential ? (*credential)->secret : "";
}

// Whether the bytes stand in the file or in what stands beside it.
bool on_disk(const TemporaryFolder& folder, const std::string& bytes) {
  for (const auto& file : std::filesystem::directory_iterator(folder.path())) {
    std::ifstream in(file.path(), std::ios::binary);
    const std::string text{std::istreambuf_iterator<char>(in), {}};
    if (text.find(bytes) != std::string::npos) return true;
  }
  return false;
}

TEST(OutboxSecret, IsSealedWhereTheSystemCanDoThat) {
  const TemporaryFolder folder;
  Vault vault;
  {
    Outbox outbox = opened(folder, vault.store());
    enrol(outbox, 'a');
    EXPECT_EQ(secret_of(outbox), std::string(32, 'a'));
    expect_done(outbox.add({with_summary(1, 2)}, store, today));
    record(outbox, 1, accepted(1, 1, std::string(32, 'b')));
    EXPECT_EQ(secret_of(outbox), std::string(32, 'b'));
    EXPECT_TRUE(outbox.upload_state()->has_secret);
  }
  EXPECT_EQ(vault.items.size(), 1U) << "the one before was forgotten, after it was replaced";
  EXPECT_FALSE(on_disk(folder, std::string(32, 'a')));
  EXPECT_FALSE(on_disk(folder, std::string(32, 'b')));
  Result<Outbox> look = Outbox::open_read_only(folder / "outbox.db", vault.store());
  ASSERT_RESULT(look);
  EXPECT_EQ(secret_of(*look), std::string(32, 'b'));
}

TEST(OutboxSecret, OfAnEarlierVersionIsSealedOnceAndWiped) {
  const TemporaryFolder folder;
  {
    Outbox outbox = opened(folder);
    enrol(outbox, 'a');
  }
  ASSERT_TRUE(on_disk(folder, std::string(32, 'a'))) << "or this test looks at nothing";
  Vault vault;
  for (int start = 0; start < 3; ++start) {
    Outbox outbox = opened(folder, vault.store());
    EXPECT_EQ(secret_of(outbox), std::string(32, 'a'));
    EXPECT_FALSE(on_disk(folder, std::string(32, 'a'))) << "also while it is open";
  }
  EXPECT_EQ(vault.given, 1);
  EXPECT_FALSE(on_disk(folder, std::string(32, 'a')));
}

TEST(OutboxSecret, StaysInTheFileWhenNothingSeals) {
  const TemporaryFolder folder;
  Vault vault;
  vault.works = false;
  {
    Outbox outbox = opened(folder, vault.store());
    enrol(outbox, 'a');
    EXPECT_EQ(secret_of(outbox), std::string(32, 'a'));
  }
  vault.works = true;
  Outbox outbox = opened(folder, vault.store());
  EXPECT_EQ(secret_of(outbox), std::string(32, 'a'));
  EXPECT_EQ(vault.items.size(), 1U) << "sealed as soon as it can be";
}

TEST(OutboxSecret, ThatNeverOpensMeansEnrollingAgain) {
  const TemporaryFolder folder;
  Vault vault;
  {
    Outbox outbox = opened(folder, vault.store());
    enrol(outbox, 'a');
    expect_done(outbox.add({with_summary(1, 2)}, store, today));
  }
  Vault of_another_machine;
  {
    Outbox outbox = opened(folder, of_another_machine.store());
    EXPECT_EQ(secret_of(outbox), "");
    UploadState state = *outbox.upload_state();
    EXPECT_FALSE(state.has_secret);
    state.can_enrol = true;
    EXPECT_EQ(plan(state, UtcTime{today}).kind, Action::Kind::enrol);
    enrol(outbox, 'c');
    EXPECT_EQ(secret_of(outbox), std::string(32, 'c'));
  }
  // What was sealed on Windows says nothing to a system that does not seal.
  Outbox outbox = opened(folder);
  EXPECT_EQ(secret_of(outbox), "");
}

TEST(OutboxSecret, ThatDoesNotOpenNowIsTriedLater) {
  const TemporaryFolder folder;
  Vault vault;
  Outbox outbox = opened(folder, vault.store());
  enrol(outbox, 'a');
  vault.works = false;
  vault.failure = Cause::io;
  EXPECT_FALSE(outbox.credential());
  const auto state = outbox.upload_state();
  ASSERT_FALSE(state) << "a laptop must not enrol again because a service was slow";
  EXPECT_EQ(state.error().cause, Cause::io);
  vault.works = true;
  EXPECT_EQ(secret_of(outbox), std::string(32, 'a'));
}

}  // namespace
}  // namespace wattlife
