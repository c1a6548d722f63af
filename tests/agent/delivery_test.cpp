// SPDX-License-Identifier: EUPL-1.2
#include "agent/delivery.h"

#include <gtest/gtest.h>

#include <map>
#include <random>
#include <set>

#include "tests/agent/examples.h"
#include "tests/temporary_folder.h"

namespace wattlife {
namespace {

using std::chrono::days;
using std::chrono::hours;

const UtcTime start = utc("2026-11-24T10:00:00Z");
const Id128 store(16, 's');
const Collector collector_of_test{"https://wattlife.example/base/", "organisation-token"};

DueReport energy_report(std::int64_t row) {
  DueReport due;
  const Period period = period_of(start - days(14), PeriodLength::week);
  due.summary = summarise(period, {{row, window(UtcTime{period.begin}, 1000)}});
  due.rows = {{row, row}};
  return due;
}

// A collector that keeps what it accepts, and that can be told to misbehave.
struct FakeCollector {
  std::map<std::int64_t, std::string> held;  // by sequence
  std::set<std::int64_t> refused;
  std::string secret;
  int enrolments = 0;
  std::vector<HttpRequest> requests;

  static std::string header(const HttpRequest& request, const std::string& name) {
    for (const auto& [key, value] : request.headers) {
      if (key == name) return value;
    }
    return "";
  }
  static HttpResponse problem(int status) {
    return {status, "application/problem+json", {}, R"({"type":"urn:wattlife:problem:x"})"};
  }
  std::int64_t complete_through() const {
    std::int64_t through = 0;
    while (held.contains(through + 1) || refused.contains(through + 1)) ++through;
    return through;
  }
  HttpResponse accept(const HttpRequest& request) {
    const Result<Report> report = report_from(request.body);
    EXPECT_TRUE(report);
    if (!report) return problem(400);
    const auto [at, fresh] = held.emplace(report->sequence, request.body);
    EXPECT_EQ(at->second, request.body) << "the same bytes at each retry";
    return {200,
            "application/x-protobuf",
            {},
            to_bytes(Acknowledgement{report->install_id, report->sequence, complete_through(), "",
                                     false})};
  }
  HttpResponse enrol(const HttpRequest& request) {
    EXPECT_TRUE(enrolment_request_from(request.body));
    ++enrolments;
    secret = std::string(32, static_cast<char>('0' + enrolments % 10));
    return {
        200, "application/x-protobuf", {}, to_bytes(EnrolmentAnswer{Id128(16, 'd'), secret, true})};
  }
  // Honest.
  Result<HttpResponse> answer(const HttpRequest& request) {
    requests.push_back(request);
    const std::string authorization = header(request, "Authorization");
    if (request.url.ends_with("/enrolments")) {
      return authorization == "Bearer organisation-token" ? enrol(request) : problem(401);
    }
    const bool known = !secret.empty() && authorization.ends_with(hex_from_bytes(secret));
    return known ? accept(request) : problem(401);
  }
  static std::string hex_from_bytes(const std::string& bytes) {
    std::string hex;
    for (const char c : bytes) {
      constexpr char digits[] = "0123456789abcdef";
      hex += digits[static_cast<unsigned char>(c) >> 4];
      hex += digits[static_cast<unsigned char>(c) & 15];
    }
    return hex;
  }
};

struct Device {
  TemporaryFolder folder;
  std::optional<Shipped> identity = *as_shipped(laptop());
  UtcTime now = start;
  std::mt19937_64 random{1};

  std::optional<Outbox> held;  // open between runs: opening costs the disk much

  Outbox& outbox() {
    if (!held) {
      Result<Outbox> opened = Outbox::open(folder / "outbox.db");
      EXPECT_TRUE(opened) << opened.error().text;
      held.emplace(*std::move(opened));
    }
    return *held;
  }
  Delivered run(const Send& send, bool at_once = false, const Collector& to = collector_of_test) {
    const World world{send, [&] { return now; }, [&] { return random(); }, [] { return false; }};
    const Result<Delivered> delivered =
        deliver(outbox(), to, identity, std::chrono::floor<days>(now), at_once, world);
    EXPECT_TRUE(delivered) << delivered.error().text;
    return delivered ? *delivered : Delivered{};
  }
};

// The certificate is the connection's: what is sent holds no token, and the secret that was given.
TEST(Delivery, WithACertificateNoTokenIsSent) {
  Device device;
  FakeCollector collector;
  const Send by_certificate = [&](const HttpRequest& request) -> Result<HttpResponse> {
    collector.requests.push_back(request);
    const std::string authorization = FakeCollector::header(request, "Authorization");
    if (request.url.ends_with("/enrolments")) {
      EXPECT_EQ(authorization, "") << "a token beside a certificate";
      return collector.enrol(request);
    }
    EXPECT_TRUE(authorization.ends_with(FakeCollector::hex_from_bytes(collector.secret)));
    return collector.accept(request);
  };
  Collector address = collector_of_test;
  address.token.clear();
  address.by_certificate = true;
  expect_done(device.outbox().add({energy_report(1)}, store, UtcDay{}));
  EXPECT_EQ(device.run(by_certificate, false, address).exit, Exit::fine);
  EXPECT_EQ(collector.enrolments, 1);
  EXPECT_EQ(collector.held.size(), 1U);
  // A token that is set all the same is not sent either.
  const HttpRequest enrolment = enrolment_request(
      {"https://wattlife.example", "organisation-token", true}, EnrolmentRequest());
  EXPECT_EQ(FakeCollector::header(enrolment, "Authorization"), "");
}

// A certificate that expired: 401 for the report, 401 for the enrolment, then a day of silence. The
// renewed one is taken at the next upload, and nothing was lost.
TEST(Delivery, ARefusedCertificateSlowsDownUntilItIsRenewed) {
  Device device;
  FakeCollector collector;
  bool renewed = true;
  const Send send = [&](const HttpRequest& request) -> Result<HttpResponse> {
    collector.requests.push_back(request);
    if (!renewed) {
      return HttpResponse{401,
                          "application/problem+json",
                          {},
                          R"({"type":"urn:wattlife:problem:certificate-expired",)"
                          R"("title":"The client certificate has expired"})"};
    }
    return request.url.ends_with("/enrolments") ? collector.enrol(request)
                                                : collector.accept(request);
  };
  Collector address = collector_of_test;
  address.by_certificate = true;
  expect_done(device.outbox().add({energy_report(1)}, store, UtcDay{}));
  ASSERT_EQ(device.run(send, false, address).exit, Exit::fine);
  renewed = false;
  expect_done(device.outbox().add({energy_report(2)}, store, UtcDay{}));
  device.now += days(7);
  collector.requests.clear();
  const Delivered refused = device.run(send, false, address);
  EXPECT_EQ(refused.exit, Exit::permission);
  EXPECT_EQ(refused.attempts, 2) << "the report, and one enrolment";
  EXPECT_NE(refused.text.find("expired"), std::string::npos) << refused.text;
  EXPECT_EQ(device.run(send, false, address).attempts, 0) << "no loop of enrolments";
  renewed = true;
  device.now += days(1);
  EXPECT_EQ(device.run(send, false, address).exit, Exit::fine);
  EXPECT_EQ(collector.held.size(), 2U);
}

TEST(Delivery, EnrolsFirstAndSendsEverythingOldestFirst) {
  Device device;
  FakeCollector collector;
  expect_done(device.outbox().add({energy_report(1), energy_report(2)}, store, UtcDay{}));
  const Delivered delivered =
      device.run([&](const auto& request) { return collector.answer(request); });
  EXPECT_EQ(delivered.exit, Exit::fine) << delivered.text;
  EXPECT_EQ(delivered.accepted, 2);
  ASSERT_EQ(collector.requests.size(), 3U);
  EXPECT_EQ(collector.requests[0].url, "https://wattlife.example/base/device/v1/enrolments");
  EXPECT_EQ(collector.requests[1].url, "https://wattlife.example/base/device/v1/reports");
  EXPECT_EQ(FakeCollector::header(collector.requests[1], "Content-Type"), "application/x-protobuf");
  EXPECT_EQ(FakeCollector::header(collector.requests[1], "Authorization"),
            "Bearer " + FakeCollector::hex_from_bytes(std::string(16, 'd')) + "." +
                FakeCollector::hex_from_bytes(collector.secret));
  EXPECT_EQ(report_from(collector.requests[1].body)->sequence, 1);
  EXPECT_EQ(report_from(collector.requests[2].body)->sequence, 2);
}

TEST(Delivery, NothingDueIsNoRequest) {
  Device device;
  const Delivered delivered = device.run([](const auto&) -> Result<HttpResponse> {
    ADD_FAILURE() << "nothing had to be sent";
    return Error{};
  });
  EXPECT_EQ(delivered.exit, Exit::fine);
}

TEST(Delivery, ExitCodesSayHowItEnded) {
  struct Case {
    const char* name;
    Result<HttpResponse> answer;
    Exit want;
  };
  const Case cases[] = {
      {"nobody there", Error{Cause::busy, "no connection"}, Exit::unavailable},
      {"wrong certificate", Error{Cause::denied, "wrong root"}, Exit::unavailable},
      {"a sign-in page", HttpResponse{200, "text/html", {}, "<html>"}, Exit::unavailable},
      {"busy", HttpResponse{503, "", "60", ""}, Exit::retry},
      {"broken", FakeCollector::problem(500), Exit::retry},
      {"not allowed", FakeCollector::problem(403), Exit::permission},
      {"two installs", FakeCollector::problem(409), Exit::retry},
      {"token refused", FakeCollector::problem(401), Exit::permission},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    Device device;
    expect_done(device.outbox().add({energy_report(1)}, store, UtcDay{}));
    int requests = 0;
    const Delivered delivered = device.run([&](const auto&) {
      ++requests;
      return c.answer;
    });
    EXPECT_EQ(delivered.exit, c.want) << delivered.text;
    EXPECT_FALSE(delivered.text.empty());
    EXPECT_EQ(requests, 1);
    EXPECT_EQ(*device.outbox().count_queued(), 1);
  }
}

TEST(Delivery, WithoutATokenItSaysWhatToSet) {
  Device device;
  expect_done(device.outbox().add({energy_report(1)}, store, UtcDay{}));
  const Delivered delivered = device.run(
      [](const auto&) -> Result<HttpResponse> {
        ADD_FAILURE();
        return Error{};
      },
      false, {"https://wattlife.example", ""});
  EXPECT_EQ(delivered.exit, Exit::configuration);
  EXPECT_NE(delivered.text.find("EnrollmentToken"), std::string::npos);
}

TEST(Delivery, AnAgreedMomentIsKeptAcrossRunsUnlessAPersonAsks) {
  Device device;
  FakeCollector collector;
  expect_done(device.outbox().add({energy_report(1)}, store, UtcDay{}));
  device.run([&](const auto&) { return HttpResponse{503, "", "7200", ""}; });
  int requests = 0;
  const Send honest = [&](const HttpRequest& request) {
    ++requests;
    return collector.answer(request);
  };
  device.now += hours(1);
  EXPECT_EQ(device.run(honest).exit, Exit::fine);
  EXPECT_EQ(requests, 0);
  EXPECT_EQ(device.run(honest, true).accepted, 1);
}

TEST(Delivery, ARefusedReportIsSetAsideAndTheNextOneGoes) {
  Device device;
  FakeCollector collector;
  expect_done(
      device.outbox().add({energy_report(1), energy_report(2), energy_report(3)}, store, UtcDay{}));
  const Delivered delivered = device.run([&](const HttpRequest& request) -> Result<HttpResponse> {
    const bool second =
        request.url.ends_with("/reports") && report_from(request.body)->sequence == 2;
    return second ? Result<HttpResponse>(FakeCollector::problem(400)) : collector.answer(request);
  });
  EXPECT_EQ(delivered.exit, Exit::fine);
  EXPECT_EQ(delivered.accepted, 2);
  EXPECT_EQ(delivered.set_aside, 1);
  EXPECT_EQ(collector.held.size(), 2U);
  EXPECT_EQ(*device.outbox().count_queued(), 0);
}

TEST(Delivery, ARefusedSecretIsRenewedWithinTheRun) {
  Device device;
  FakeCollector collector;
  const Send honest = [&](const HttpRequest& request) { return collector.answer(request); };
  expect_done(device.outbox().add({energy_report(1)}, store, UtcDay{}));
  device.run(honest);
  collector.secret = std::string(32, 'x');  // revoked
  expect_done(device.outbox().add({energy_report(2)}, store, UtcDay{}));
  const Delivered delivered = device.run(honest);
  EXPECT_EQ(delivered.accepted, 1) << delivered.text;
  EXPECT_EQ(collector.enrolments, 2);
}

// A year of runs, two a day, against a network and a collector that do everything wrong that they
// can, with a restored backup now and then. At no moment is a report sent before the one before it
// was settled; in the end nothing is lost and nothing is there twice.
TEST(Delivery, LawAYearOfBadLuckLosesNothing) {
  for (unsigned seed = 1; seed <= 2; ++seed) {
    SCOPED_TRACE(seed);
    Device device;
    device.random.seed(seed);
    FakeCollector collector;
    std::mt19937_64 luck(seed * 977);
    std::int64_t made = 0;
    std::set<std::int64_t> settled;  // accepted or refused, and the device was told
    const Send unlucky = [&](const HttpRequest& request) -> Result<HttpResponse> {
      std::int64_t sequence = 0;
      if (request.url.ends_with("/reports")) {
        sequence = report_from(request.body)->sequence;
        for (std::int64_t i = 1; i < sequence; ++i) {
          EXPECT_TRUE(settled.contains(i))
              << sequence << " was sent before " << i << " was settled";
        }
      }
      const auto dice = luck() % 20;
      if (dice == 0) return Error{Cause::busy, "no connection"};
      if (dice == 1) return HttpResponse{200, "text/html", {}, "<html>Sign in</html>"};
      if (dice == 2) return HttpResponse{302, "", {}, ""};
      if (dice == 3) return HttpResponse{503, "", std::to_string(luck() % 900'000), ""};
      if (dice == 4) return FakeCollector::problem(500);
      if (dice == 5) return FakeCollector::problem(409);
      if (dice == 6) return FakeCollector::problem(401);
      if (dice == 7 && sequence > 0 && !collector.held.contains(sequence) && luck() % 4 == 0) {
        collector.refused.insert(sequence);
        settled.insert(sequence);
        return FakeCollector::problem(400);
      }
      Result<HttpResponse> answer = collector.answer(request);
      if (dice == 8) return Error{Cause::malformed, "the answer was lost"};
      if (dice == 9 && answer->body.size() > 3) answer->body.resize(answer->body.size() - 3);
      if (dice != 9 && answer->status == 200 && sequence > 0) settled.insert(sequence);
      return answer;
    };
    for (int hour = 0; hour < 24 * 365; ++hour) {
      device.now += hours(1);
      if (hour % 60 == 0) {
        expect_done(device.outbox().add({energy_report(++made)}, store,
                                        std::chrono::floor<days>(device.now)));
      }
      if (hour % 2000 == 1999) {  // a backup of a few reports ago
        for (int i = 0; i < 3 && !collector.held.empty(); ++i)
          collector.held.erase(--collector.held.end());
      }
      if (hour % 12 == 0) device.run(unlucky);
      if (luck() % 200 == 0) device.held.reset();  // opened anew
    }
    // Then everything works again, and there is something to report.
    for (int day = 0; day < 40; ++day) {
      device.now += days(1);
      expect_done(device.outbox().add({energy_report(++made)}, store,
                                      std::chrono::floor<days>(device.now)));
      device.run([&](const HttpRequest& request) { return collector.answer(request); });
    }
    EXPECT_EQ(*device.outbox().count_queued(), 0);
    for (std::int64_t i = 1; i <= made; ++i) {
      EXPECT_TRUE(collector.held.contains(i) != collector.refused.contains(i)) << "report " << i;
    }
    EXPECT_EQ(collector.held.size() + collector.refused.size(), static_cast<std::size_t>(made));
  }
}

}  // namespace
}  // namespace wattlife
