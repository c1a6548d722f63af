// SPDX-License-Identifier: EUPL-1.2
// Many laptops at once, in threads of the test: each enrols and sends its reports over the real
// wire, with the agent's own HTTPS client and the agent's own judgement of every answer. One
// connection per request, as a laptop that comes once a week. What is not acknowledged is sent
// again, soon instead of in hours; what an answer of the collector takes back, too.
#pragma once

#include <gtest/gtest.h>

#include <atomic>
#include <map>
#include <mutex>
#include <random>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "agent/upload.h"
#include "platform/http_client.h"
#include "platform/process.h"
#include "tests/collector/fleet.h"
#include "tests/e2e/programs.h"

namespace wattlife::e2e {

// One laptop and what it was told.
struct SimulatedLaptop {
  testing::Laptop laptop;
  std::string token;
  std::vector<std::string> reports;  // of sequence 1, 2, …
  bool enrolled = false;
  std::int64_t acknowledged = 0;  // up to this sequence
  std::int64_t highest = 0;       // that ever was acknowledged
};

class SimulatedLaptops {
 public:
  struct Way {
    std::string url;        // of the door
    std::string authority;  // PEM
  };
  SimulatedLaptops(std::vector<SimulatedLaptop> laptops, Way way)
      : laptops_(std::move(laptops)), way_(std::move(way)) {
    for (std::size_t i = 0; i < laptops_.size(); ++i) waiting_.push_back(i);
  }
  ~SimulatedLaptops() { stop(); }
  SimulatedLaptops(const SimulatedLaptops&) = delete;
  SimulatedLaptops& operator=(const SimulatedLaptops&) = delete;

  // Each sends its reports up to `reports`, and then waits.
  void allow(std::size_t reports) {
    const std::lock_guard lock(mutex_);
    allowed_ = reports;
    for (const std::size_t i : resting_) waiting_.push_back(i);
    resting_.clear();
  }
  void start(int threads) {
    for (int i = 0; i < threads; ++i) {
      threads_.emplace_back([this] {
        while (!ending_) take_a_turn();
      });
    }
  }
  void stop() {
    ending_ = true;
    for (std::thread& thread : threads_) thread.join();
    threads_.clear();
  }

  // Counts since the start.
  std::atomic<int> acknowledged{0};      // reports; falls when some are taken back
  std::atomic<int> enrolled{0};          // laptops
  std::atomic<int> enrolled_again{0};    // because the credential was not known any more
  std::atomic<int> not_acknowledged{0};  // attempts
  std::atomic<int> taken_back{0};        // reports that were acknowledged once

  bool all_rest() {
    const std::lock_guard lock(mutex_);
    return resting_.size() == laptops_.size();
  }
  // Only while nothing runs.
  const std::vector<SimulatedLaptop>& laptops() const { return laptops_; }
  // Why attempts came to nothing, and how often.
  std::map<std::string, int> reasons() {
    const std::lock_guard lock(mutex_);
    return reasons_;
  }

 private:
  // Any one of those that have something to send, so that enrolments and reports are mixed.
  std::optional<std::size_t> next() {
    const std::lock_guard lock(mutex_);
    if (waiting_.empty()) return std::nullopt;
    std::swap(waiting_[dice_() % waiting_.size()], waiting_.back());
    const std::size_t chosen = waiting_.back();
    waiting_.pop_back();
    return chosen;
  }
  void put_back(std::size_t index) {
    const std::lock_guard lock(mutex_);
    const bool all_sent = laptops_[index].enrolled &&
                          laptops_[index].acknowledged >= static_cast<std::int64_t>(allowed_);
    (all_sent ? resting_ : waiting_).push_back(index);
  }
  void take_a_turn() {
    int once = 1;
    const auto index = next();
    if (!index) {
      pause_20_ms(once);
      return;
    }
    SimulatedLaptop& laptop = laptops_[*index];
    const bool went = laptop.enrolled ? report(laptop) : enrol(laptop);
    put_back(*index);
    if (!went) pause_20_ms(once);
  }

  Result<HttpResponse> sent(std::string_view path, const std::string& bearer,
                            const std::string& body) {
    HttpOptions options;
    options.ca_bundle_path = way_.authority;
    options.connect_timeout_s = 5;
    options.total_timeout_s = 40;
    return post({way_.url + std::string(path),
                 body,
                 {{"Content-Type", std::string(protobuf_media_type)},
                  {"Authorization", "Bearer " + bearer}}},
                options);
  }
  bool came_to_nothing(const Outcome& outcome) {
    ++not_acknowledged;
    const std::lock_guard lock(mutex_);
    ++reasons_[outcome.text.substr(0, outcome.text.find("127.0.0.1"))];
    return false;
  }

  bool enrol(SimulatedLaptop& laptop) {
    const Outcome outcome = judge_enrolment(
        sent(enrolment_path, laptop.token, to_bytes(laptop.laptop.enrolment())), now().utc);
    if (outcome.kind != Outcome::Kind::accepted) return came_to_nothing(outcome);
    EXPECT_FALSE(outcome.enrolment->pending) << "it stands in imported inventory";
    laptop.laptop.credential = {outcome.enrolment->device_id, outcome.enrolment->secret};
    laptop.enrolled = true;
    ++enrolled;
    return true;
  }

  bool report(SimulatedLaptop& laptop) {
    const std::int64_t sequence = laptop.acknowledged + 1;
    const auto& credential = laptop.laptop.credential;
    const Outcome outcome = judge_report(
        sent(report_path,
             hex_from_bytes(credential.device_id) + "." + hex_from_bytes(credential.secret),
             laptop.reports[static_cast<std::size_t>(sequence - 1)]),
        {laptop.laptop.install_id, sequence}, now().utc);
    if (outcome.kind == Outcome::Kind::unauthorised) {
      laptop.enrolled = false;
      --enrolled;
      ++enrolled_again;
    }
    if (outcome.kind == Outcome::Kind::set_aside || outcome.kind == Outcome::Kind::conflict ||
        outcome.kind == Outcome::Kind::forbidden) {
      ADD_FAILURE() << "refused for good: " << outcome.text;
    }
    if (outcome.kind != Outcome::Kind::accepted) return came_to_nothing(outcome);
    // As the outbox does: what the collector says it does not hold is to be sent again.
    const std::int64_t held = std::min(outcome.acknowledgement->complete_through,
                                       static_cast<std::int64_t>(laptop.reports.size()));
    const std::int64_t back = std::min(held, sequence);
    if (back < laptop.acknowledged) taken_back += static_cast<int>(laptop.acknowledged - back);
    acknowledged += static_cast<int>(back - laptop.acknowledged);
    laptop.acknowledged = back;
    laptop.highest = std::max(laptop.highest, sequence);
    return true;
  }

  std::vector<SimulatedLaptop> laptops_;  // each touched by the thread that took it from waiting_
  Way way_;
  std::mutex mutex_;
  std::vector<std::size_t> waiting_;
  std::vector<std::size_t> resting_;
  std::size_t allowed_ = 0;
  std::map<std::string, int> reasons_;
  std::mt19937 dice_{20261124};
  std::atomic<bool> ending_{false};
  std::vector<std::thread> threads_;
};

}  // namespace wattlife::e2e
