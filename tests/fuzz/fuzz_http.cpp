// SPDX-License-Identifier: EUPL-1.2
// What a stranger sends to the listener. The first byte says in pieces of which size it comes; the
// same bytes make the same request however they are cut, and nothing exceeds its bound.
#include <algorithm>

#include "collector/http_reader.h"
#include "tests/fuzz/fuzz.h"

using wattlife::fuzz::require;

namespace {

using namespace wattlife;

struct Outcome {
  HttpReader::State state = HttpReader::State::header;
  Request request;
  std::string rest;
};

Outcome read_in_pieces(std::string_view bytes, std::size_t size) {
  const HttpBounds bounds{1024, 512};
  HttpReader reader(bounds);
  Outcome outcome;
  for (std::size_t at = 0; at < bytes.size(); at += size) {
    outcome.rest += bytes.substr(at, size);
    outcome.state = reader.read(outcome.rest);
    if (outcome.state == HttpReader::State::refused) {
      require(reader.problem().status >= 400 && reader.problem().status < 500);
      return outcome;
    }
    if (outcome.state == HttpReader::State::complete) {
      outcome.request = reader.take();
      outcome.rest += bytes.substr(std::min(bytes.size(), at + size));
      require(outcome.request.body.size() <= bounds.body_bytes);
      return outcome;
    }
    require(outcome.rest.size() <= bounds.header_bytes + 2 * bounds.body_bytes + size);
  }
  return outcome;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view bytes = wattlife::fuzz::text_of(data + 1, size - 1);
  const Outcome whole = read_in_pieces(bytes, bytes.size() + 1);
  const Outcome pieces = read_in_pieces(bytes, std::size_t{1} + data[0]);
  if (whole.state == HttpReader::State::complete && pieces.state == HttpReader::State::complete) {
    require(whole.request.path == pieces.request.path);
    require(whole.request.headers == pieces.request.headers);
    require(whole.request.body == pieces.request.body);
    require(whole.rest == pieces.rest);
  }
  // What is echoed in an answer can never begin a header of its own.
  const Response response{200, {{"X-Path", whole.request.path}}, ""};
  const std::string answer = to_http(response, {}, true, false);
  require(answer.find("\r\n\r\n") == answer.size() - 4);
  return 0;
}
