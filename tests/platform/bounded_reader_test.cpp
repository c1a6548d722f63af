// SPDX-License-Identifier: EUPL-1.2
#include "platform/bounded_reader.h"

#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <memory>
#include <thread>

namespace wattlife {
namespace {

constexpr Duration short_limit{20};
constexpr Duration long_limit{60'000};

TEST(BoundedReader, GivesWhatTheCallGave) {
  BoundedReader reader(long_limit);
  EXPECT_EQ(*reader.read("a", [] { return Result<std::string>("one"); }), "one");
  EXPECT_EQ(*reader.read("a", [] { return Result<std::string>("two"); }), "two");
  const auto failed = reader.read("a", [] {
    return Result<std::string>(Error{Cause::denied, "no"});
  });
  EXPECT_EQ(failed.error(), (Error{Cause::denied, "no"}));
}

TEST(BoundedReader, MakesAllCallsOnOneThreadBesideOurs) {
  BoundedReader reader(long_limit);
  const auto where = [] {
    return Result<std::string>(
        std::to_string(std::hash<std::thread::id>{}(std::this_thread::get_id())));
  };
  const auto first = reader.read("a", where);
  EXPECT_EQ(*first, *reader.read("b", where));
  EXPECT_NE(*first, *where());
}

// One call hangs until the test lets it go.
class Hanging {
 public:
  BoundedReader::Call call() {
    return [gate = gate_] {
      gate.wait();
      return Result<std::string>("too late");
    };
  }
  void let_go() { promise_.set_value(); }

 private:
  std::promise<void> promise_;
  std::shared_future<void> gate_ = promise_.get_future().share();
};

TEST(BoundedReader, ACallThatHangsIsBusyAndNoOtherIsMadeMeanwhile) {
  Hanging hanging;
  std::atomic<int> made = 0;
  BoundedReader reader(short_limit);
  const auto busy = reader.read("battery/0/status", hanging.call());
  ASSERT_FALSE(busy);
  EXPECT_EQ(busy.error().cause, Cause::busy);
  EXPECT_NE(busy.error().text.find("battery/0/status"), std::string::npos);
  for (int i = 0; i < 3; ++i) {
    const auto refused = reader.read("nvme", [&made] {
      ++made;
      return Result<std::string>("x");
    });
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().cause, Cause::busy);
  }
  EXPECT_EQ(made, 0);

  hanging.let_go();
  // Once it has returned, calls go through again, and its late answer is nobody's.
  Result<std::string> again = Error{Cause::busy, ""};
  while (!again) {
    again = reader.read("nvme", [] { return Result<std::string>("fresh"); });
    std::this_thread::yield();
  }
  EXPECT_EQ(*again, "fresh");
}

TEST(BoundedReader, MayGoWhileACallHangs) {
  Hanging hanging;
  {
    BoundedReader reader(short_limit);
    EXPECT_FALSE(reader.read("a", hanging.call()));
  }
  hanging.let_go();
}

TEST(BoundedReader, WithoutACallThereIsNoThread) { const BoundedReader reader(long_limit); }

}  // namespace
}  // namespace wattlife
