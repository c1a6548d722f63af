// SPDX-License-Identifier: EUPL-1.2
// Errors as values with a cause. `absent` is normal on hardware and must never look like failure,
// which is why the cause is part of every answer and not only the text.
// (std::expected is C++23 and not in our compilers.)
#pragma once

#include <cassert>
#include <string>
#include <utility>
#include <variant>

namespace wattlife {

enum class Cause {
  absent,     // this machine has no such thing: normal, never logged as a fault
  denied,     // it exists, we may not read or write it
  busy,       // it does not answer now, or somebody else has it: try again later
  asleep,     // a drive in standby, which is not woken to be asked: nothing is wrong
  malformed,  // it answered, and the answer makes no sense
  io,         // everything else the system refused
};

struct Error {
  Cause cause = Cause::io;
  std::string text;  // what happened, to what, and where it helps: what to do about it
  friend bool operator==(const Error&, const Error&) = default;
};

// "absent", "denied", "busy", "asleep", "malformed", "io".
const char* name_of(Cause cause);

// A value or an error. Owns what it holds. Asking for the one that is not there is a bug.
template <class T>
class [[nodiscard]] Result {
 public:
  Result(T value) : held_(std::in_place_index<0>, std::move(value)) {}
  Result(Error error) : held_(std::in_place_index<1>, std::move(error)) {}

  explicit operator bool() const { return held_.index() == 0; }
  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }
  // By value, so that `for (x : *f())` loops over something that lives.
  T operator*() && { return std::move(value()); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }
  const Error& error() const {
    assert(held_.index() == 1);
    return *std::get_if<1>(&held_);
  }

 private:
  T& value() {
    assert(held_.index() == 0);
    return *std::get_if<0>(&held_);
  }
  const T& value() const {
    assert(held_.index() == 0);
    return *std::get_if<0>(&held_);
  }
  std::variant<T, Error> held_;
};

// For functions that do something and have nothing to return.
using Done = Result<std::monostate>;
inline Done done() { return std::monostate{}; }

}  // namespace wattlife
