// SPDX-License-Identifier: EUPL-1.2
// A bounded queue of requests and the one thread that serves them, some at a time. Devices and
// people have a desk each, so that a slow page holds up no report and a herd of reports no page.
#pragma once

#include <atomic>
#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

#include "collector/group_commit.h"
#include "collector/http.h"

namespace wattlife {

class RequestDesk {
 public:
  // Answers for these requests, in any order; called on the desk's own thread. What it keeps must
  // be on disk when it returns, since the answers go out then.
  using Serve = std::function<std::vector<Answer>(std::vector<WaitingRequest>&&)>;
  using Send = std::function<void(std::vector<Answer>)>;

  RequestDesk(const DeskBounds& bounds, Serve serve, Send send);
  // Serves what waits first.
  ~RequestDesk();
  RequestDesk(const RequestDesk&) = delete;
  RequestDesk& operator=(const RequestDesk&) = delete;

  // False: there is no room, and the request was not taken.
  bool put(Ticket ticket, Request& request);

  std::size_t waiting() const;
  // Whether the thread moves: it waits for requests, or began on the last ones not long ago.
  bool alive(BootTime now) const;

 private:
  void run();
  std::vector<WaitingRequest> next_batch();

  DeskBounds bounds_;
  Serve serve_;
  Send send_;
  mutable std::mutex mutex_;
  std::condition_variable something_waits_;
  std::deque<WaitingRequest> queue_;
  std::size_t queue_bytes_ = 0;
  std::size_t last_batch_ = 0;
  std::size_t enough_ = 0;  // above zero: the thread lingers until so many wait
  bool asleep_ = false;
  bool ending_ = false;
  std::atomic<std::int64_t> busy_since_ms_{-1};  // below zero: it waits
  std::thread thread_;
};

}  // namespace wattlife
