// SPDX-License-Identifier: EUPL-1.2
// The thread of a desk, held up by a gate where a test needs it to be: nothing here sleeps.
#include "collector/request_desk.h"

#include <gtest/gtest.h>

#include <future>
#include <set>

#include "platform/process.h"

namespace wattlife {
namespace {

class Gate {
 public:
  void open() {
    const std::lock_guard lock(mutex_);
    open_ = true;
    changed_.notify_all();
  }
  void pass() {
    std::unique_lock lock(mutex_);
    ++at_the_gate_;
    changed_.notify_all();
    changed_.wait(lock, [&] { return open_; });
  }
  void until_someone_waits() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return at_the_gate_ > 0; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool open_ = false;
  int at_the_gate_ = 0;
};

struct Seen {
  std::mutex mutex;
  std::vector<std::size_t> batches;
  std::vector<std::uint64_t> answered;
};

RequestDesk::Serve serve_into(Seen& seen, Gate& gate) {
  return [&](std::vector<WaitingRequest>&& batch) {
    gate.pass();
    std::vector<Answer> answers;
    for (const WaitingRequest& waiting : batch) answers.push_back({waiting.ticket, {}});
    const std::lock_guard lock(seen.mutex);
    seen.batches.push_back(batch.size());
    return answers;
  };
}
RequestDesk::Send send_into(Seen& seen) {
  return [&](const std::vector<Answer>& answers) {
    const std::lock_guard lock(seen.mutex);
    for (const Answer& answer : answers) seen.answered.push_back(answer.ticket.connection);
  };
}

bool put(RequestDesk& desk, std::uint64_t number, std::size_t bytes = 0) {
  Request request;
  request.body = std::string(bytes, 'x');
  return desk.put({number, 1}, request);
}

TEST(RequestDesk, what_comes_during_a_commit_is_one_batch_and_each_is_answered_once) {
  Seen seen;
  Gate gate;
  {
    RequestDesk desk({100, 1000, 8, Duration{0}}, serve_into(seen, gate), send_into(seen));
    ASSERT_TRUE(put(desk, 0));
    gate.until_someone_waits();
    for (std::uint64_t i = 1; i <= 10; ++i) ASSERT_TRUE(put(desk, i));
    EXPECT_EQ(desk.waiting(), 10u);
    gate.open();
  }  // serves what waits before it ends
  EXPECT_EQ(seen.batches, (std::vector<std::size_t>{1, 8, 2}));
  const std::set<std::uint64_t> different(seen.answered.begin(), seen.answered.end());
  EXPECT_EQ(seen.answered.size(), 11u);
  EXPECT_EQ(different.size(), 11u);
}

TEST(RequestDesk, says_that_it_is_full_and_leaves_the_request_as_it_was) {
  Seen seen;
  Gate gate;
  RequestDesk desk({2, 1000, 8, Duration{0}}, serve_into(seen, gate), send_into(seen));
  ASSERT_TRUE(put(desk, 0));
  gate.until_someone_waits();
  ASSERT_TRUE(put(desk, 1, 600));
  EXPECT_FALSE(put(desk, 2, 401));  // bytes
  ASSERT_TRUE(put(desk, 3, 400));
  Request request;
  request.body = "kept";
  EXPECT_FALSE(desk.put({4, 1}, request));  // places
  EXPECT_EQ(request.body, "kept");
  gate.open();
}

TEST(RequestDesk, is_alive_until_one_request_takes_too_long) {
  Seen seen;
  Gate gate;
  RequestDesk desk({}, serve_into(seen, gate), send_into(seen));
  const BootTime began = now().boot;
  EXPECT_TRUE(desk.alive({began.since_boot + std::chrono::hours(1)}));  // nothing to do
  ASSERT_TRUE(put(desk, 0));
  gate.until_someone_waits();
  EXPECT_TRUE(desk.alive({began.since_boot + std::chrono::seconds(20)}));
  EXPECT_FALSE(desk.alive({now().boot.since_boot + std::chrono::seconds(40)}));
  gate.open();
}

}  // namespace
}  // namespace wattlife
