// SPDX-License-Identifier: EUPL-1.2
#include "platform/bounded_reader.h"

#include <condition_variable>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

namespace wattlife {

struct BoundedReader::State {
  std::mutex mutex;
  std::condition_variable changed;
  Call call;             // waiting to be taken by the thread
  bool running = false;  // taken, and not returned
  bool wanted = false;   // somebody waits for the answer
  std::optional<Result<std::string>> answer;
  bool ending = false;
  bool abandoned = false;  // nobody but the thread has it any more
  std::thread thread;

  void work() {
    std::unique_lock lock(mutex);
    while (true) {
      changed.wait(lock, [this] { return ending || call; });
      if (ending) return;
      const Call taken = std::exchange(call, nullptr);
      running = true;
      lock.unlock();
      Result<std::string> got = taken();
      lock.lock();
      running = false;
      if (wanted) answer = std::move(got);
      changed.notify_all();
    }
  }
};

BoundedReader::BoundedReader(Duration limit) : limit_(limit) {}

BoundedReader::~BoundedReader() {
  if (!state_) return;
  std::unique_lock lock(state_->mutex);
  state_->ending = true;
  state_->changed.notify_all();
  const bool hangs = state_->running;
  state_->abandoned = hangs;
  if (hangs) {
    // The thread will still touch its state when the call returns, if ever: it owns it from here
    // on.
    state_->thread.detach();
    static_cast<void>(state_.release());
    return;
  }
  lock.unlock();
  state_->thread.join();
}

Result<std::string> BoundedReader::read(const std::string& what, Call call) {
  if (!state_) {
    state_ = std::make_unique<State>();
    state_->thread = std::thread([state = state_.get()] {
      state->work();
      if (state->abandoned) std::unique_ptr<State>(state).reset();
    });
  }
  State& state = *state_;
  std::unique_lock lock(state.mutex);
  if (state.running || state.call) {
    return Error{Cause::busy, what + ": an earlier call to the machine does not answer"};
  }
  state.call = std::move(call);
  state.wanted = true;
  state.answer.reset();
  state.changed.notify_all();
  state.changed.wait_for(lock, limit_, [&] { return state.answer.has_value(); });
  state.wanted = false;
  if (state.answer) return *std::exchange(state.answer, std::nullopt);
  return Error{Cause::busy, what + ": no answer within " + std::to_string(limit_.count()) + " ms"};
}

}  // namespace wattlife
