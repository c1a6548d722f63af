// SPDX-License-Identifier: EUPL-1.2
// From bytes to one request of HTTP/1.1, without a socket: what came goes in, in pieces of any
// size, and a request comes out, or the reason why there is none. The bounds hold before anything
// is kept. The only body, http_reader_beast.cpp, has Boost.Beast's parser.
#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include "collector/http.h"

namespace wattlife {

struct HttpBounds {
  std::size_t header_bytes = std::size_t{16} * 1024;
  std::size_t body_bytes = std::size_t{64} * 1024;
};

class HttpReader {
 public:
  explicit HttpReader(const HttpBounds& bounds);

  enum class State {
    header,    // more bytes are needed, the header is not complete
    body,      // the same of the body
    complete,  // take() has it
    refused,   // problem() says why; the connection is of no more use
  };
  // Takes from the front of `input` what belongs to this request, and leaves the rest: it may be
  // the next one. What is left while the state is header or body must be given again with more
  // after it.
  State read(std::string& input);

  // The client asked whether it may send its body, and waits. Told once.
  bool wants_continue();
  bool keep_alive() const;
  bool head() const { return head_; }
  const Refusal& problem() const { return problem_; }
  Request take();

  HttpReader(HttpReader&&) noexcept;
  HttpReader& operator=(HttpReader&&) = delete;
  ~HttpReader();

 private:
  struct Parser;
  State refuse(Refusal problem);
  State header_read();
  bool within_bounds(std::size_t used, std::size_t waiting);
  HttpBounds bounds_;
  std::unique_ptr<Parser> parser_;
  Refusal problem_;
  State state_ = State::header;
  std::size_t used_ = 0;  // bytes of the header, then of the body as it was sent
  bool wants_continue_ = false;
  bool head_ = false;
};

}  // namespace wattlife
