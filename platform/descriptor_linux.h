// SPDX-License-Identifier: EUPL-1.2
// A file descriptor that closes itself, and what an errno means to a reader of the machine.
#pragma once

#include <string_view>

#include "core/result.h"

namespace wattlife {

class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  Descriptor(Descriptor&& other) noexcept : number_(other.number_) { other.number_ = -1; }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  Descriptor& operator=(Descriptor&&) = delete;
  ~Descriptor();
  int number() const { return number_; }
  bool is_open() const { return number_ >= 0; }

 private:
  int number_;
};

// `error` is an errno. What a driver answers for a value that this machine does not have (ENODEV,
// ENODATA, ENXIO, …) is absent; EIO is a broken answer of something that exists.
Error system_error(std::string_view path, int error);

}  // namespace wattlife
