// SPDX-License-Identifier: EUPL-1.2
// Calls into drivers that can hang (a battery behind a sleeping controller, a drive that does not
// answer) must not stop the loop of the sampler. They run on one thread beside it; while a call
// hangs every other one is `busy`, and no second thread is ever made.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "core/result.h"
#include "core/time.h"

namespace wattlife {

class BoundedReader {
 public:
  // May run after the one who asked has gone away: it owns what it uses, and refers to nothing.
  using Call = std::function<Result<std::string>()>;

  // `limit` is how long one call may take. The thread is made at the first call.
  explicit BoundedReader(Duration limit);
  BoundedReader(const BoundedReader&) = delete;
  BoundedReader& operator=(const BoundedReader&) = delete;
  // Waits for nothing: a call that hangs goes on by itself, and its answer is dropped.
  ~BoundedReader();

  // What `call` returned; busy when it took longer than the limit (its answer is then dropped), or
  // when an earlier one still hangs (it is then not made at all). `what` names it in the message.
  Result<std::string> read(const std::string& what, Call call);

 private:
  struct State;
  Duration limit_;
  std::unique_ptr<State> state_;
};

}  // namespace wattlife
