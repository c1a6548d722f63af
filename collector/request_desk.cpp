// SPDX-License-Identifier: EUPL-1.2
#include "collector/request_desk.h"

#include <utility>

#include "platform/process.h"

namespace wattlife {
namespace {

// Longer than any commit, the wait for a lock included.
constexpr Duration stuck_after = std::chrono::seconds(30);

std::size_t size_of(const Request& request) {
  std::size_t bytes = request.body.size() + request.path.size() + request.query.size();
  for (const auto& [name, value] : request.headers) bytes += name.size() + value.size();
  return bytes;
}

}  // namespace

RequestDesk::RequestDesk(const DeskBounds& bounds, Serve serve, Send send)
    : bounds_(bounds),
      serve_(std::move(serve)),
      send_(std::move(send)),
      thread_([this] { run(); }) {}

RequestDesk::~RequestDesk() {
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
  }
  something_waits_.notify_one();
  thread_.join();
}

bool RequestDesk::put(Ticket ticket, Request& request) {
  const std::size_t bytes = size_of(request);
  bool wake = false;
  {
    const std::lock_guard lock(mutex_);
    if (ending_ || !has_room({queue_.size(), queue_bytes_}, bytes, bounds_)) return false;
    queue_.push_back({ticket, std::move(request)});
    queue_bytes_ += bytes;
    wake = asleep_ || (enough_ > 0 && queue_.size() >= enough_);
  }
  if (wake) something_waits_.notify_one();
  return true;
}

std::size_t RequestDesk::waiting() const {
  const std::lock_guard lock(mutex_);
  return queue_.size();
}

bool RequestDesk::alive(BootTime now) const {
  const std::int64_t since = busy_since_ms_.load();
  return since < 0 || now.since_boot - Duration{since} < stuck_after;
}

std::vector<WaitingRequest> RequestDesk::next_batch() {
  std::unique_lock lock(mutex_);
  asleep_ = true;
  something_waits_.wait(lock, [&] { return ending_ || !queue_.empty(); });
  asleep_ = false;
  const Linger linger = linger_of(queue_.size(), last_batch_, bounds_);
  if (linger.time > Duration{0} && !ending_) {
    enough_ = linger.until;
    something_waits_.wait_for(lock, linger.time,
                              [&] { return ending_ || queue_.size() >= enough_; });
    enough_ = 0;
  }
  std::vector<WaitingRequest> batch;
  for (std::size_t left = batch_of(queue_.size(), bounds_); left > 0; --left) {
    queue_bytes_ -= size_of(queue_.front().request);
    batch.push_back(std::move(queue_.front()));
    queue_.pop_front();
  }
  last_batch_ = batch.size();
  return batch;
}

void RequestDesk::run() {
  while (true) {
    std::vector<WaitingRequest> batch = next_batch();
    if (batch.empty()) return;  // ending, and nothing waits any more
    busy_since_ms_ = now().boot.since_boot.count();
    send_(serve_(std::move(batch)));
    busy_since_ms_ = -1;
  }
}

}  // namespace wattlife
