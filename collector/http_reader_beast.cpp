// SPDX-License-Identifier: EUPL-1.2
#include <boost/beast/core/string.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <utility>

#include "collector/http_reader.h"
#include "core/text.h"

namespace wattlife {
namespace {

namespace http = boost::beast::http;
using boost::system::error_code;

Refusal too_large(std::size_t limit) {
  const std::string kib = std::to_string(limit / 1024);
  return {413,
          "too-large",
          "The request is too large",
          "The body is larger than " + kib + " KiB.",
          "De inhoud is groter dan " + kib + " KiB.",
          0,
          {}};
}

Refusal header_too_large(std::size_t limit) {
  const std::string kib = std::to_string(limit / 1024);
  return {431,
          "header-too-large",
          "The header is too large",
          "The header is larger than " + kib + " KiB.",
          "De kop is groter dan " + kib + " KiB.",
          0,
          {}};
}

Refusal not_http() {
  return {400,
          "not-http",
          "This is no HTTP/1.1 request",
          "The request could not be read as HTTP/1.1.",
          "Het verzoek is geen geldig HTTP/1.1.",
          0,
          {}};
}

Request request_from(http::request<http::string_body>&& message) {
  Request request;
  request.method = std::string(message.method_string());
  const std::string_view target(message.target().data(), message.target().size());
  const std::size_t question = target.find('?');
  request.path = std::string(target.substr(0, question));
  if (question != std::string_view::npos) request.query = std::string(target.substr(question + 1));
  for (const auto& field : message) {
    const std::string_view name(field.name_string().data(), field.name_string().size());
    const std::string_view value(field.value().data(), field.value().size());
    request.headers.emplace_back(lower_case(name), std::string(value));
  }
  request.body = std::move(message.body());
  return request;
}

}  // namespace

struct HttpReader::Parser {
  http::request_parser<http::string_body> of;
};

HttpReader::HttpReader(const HttpBounds& bounds)
    : bounds_(bounds), parser_(std::make_unique<Parser>()) {
  parser_->of.header_limit(static_cast<std::uint32_t>(bounds.header_bytes));
  parser_->of.body_limit(bounds.body_bytes);
}
HttpReader::HttpReader(HttpReader&&) noexcept = default;
HttpReader::~HttpReader() = default;

HttpReader::State HttpReader::refuse(Refusal problem) {
  problem_ = std::move(problem);
  return state_ = State::refused;
}

HttpReader::State HttpReader::read(std::string& input) {
  auto& parser = parser_->of;
  while (state_ == State::header || state_ == State::body) {
    if (parser.is_done()) return state_ = State::complete;
    if (input.empty()) return state_;
    error_code failed;
    const std::size_t used = parser.put(boost::asio::buffer(input), failed);
    input.erase(0, used);
    // A body that is announced too large is found out with the header.
    if (failed == http::error::body_limit) return refuse(too_large(bounds_.body_bytes));
    if (failed == http::error::header_limit || failed == http::error::buffer_overflow) {
      return refuse(header_too_large(bounds_.header_bytes));
    }
    if (failed && failed != http::error::need_more) return refuse(not_http());
    if (!within_bounds(used, input.size())) return state_;
    if (state_ == State::header && parser.is_header_done()) {
      if (header_read() == State::refused) return state_;
    } else if (failed || used == 0) {
      return state_;
    }
  }
  return state_;
}

// Beast bounds the header that it sees at once, not one that comes line by line, and neither the
// lines after the last chunk nor what is written beside the length of one.
bool HttpReader::within_bounds(std::size_t used, std::size_t waiting) {
  used_ += used;
  if (state_ == State::header) {
    const std::size_t seen = used_ + (parser_->of.is_header_done() ? 0 : waiting);
    if (seen > bounds_.header_bytes) refuse(header_too_large(bounds_.header_bytes));
    if (parser_->of.is_header_done()) used_ = 0;
  } else if (used_ > 2 * bounds_.body_bytes + bounds_.header_bytes) {
    refuse(too_large(bounds_.body_bytes));
  }
  return state_ != State::refused;
}

HttpReader::State HttpReader::header_read() {
  const auto& message = parser_->of.get();
  // Two hosts, two lengths, or a length beside chunks: whoever stands before us may have read the
  // other one.
  const bool hosts = message.count(http::field::host) > 1;
  if (hosts || (message.version() >= 11 && message.find(http::field::host) == message.end())) {
    return refuse(not_http());
  }
  // A coding other than chunks alone would leave the end of the body to guessing; Beast takes it
  // for none, and what is in it for the next request.
  const bool coded = message.find(http::field::transfer_encoding) != message.end();
  const bool chunks = message.count(http::field::transfer_encoding) == 1 &&
                      message.version() >= 11 &&
                      boost::beast::iequals(message[http::field::transfer_encoding], "chunked");
  if (coded && !chunks) return refuse(not_http());
  wants_continue_ = boost::beast::iequals(message[http::field::expect], "100-continue");
  head_ = message.method() == http::verb::head;
  parser_->of.eager(true);
  return state_ = State::body;
}

bool HttpReader::wants_continue() { return std::exchange(wants_continue_, false); }

bool HttpReader::keep_alive() const { return parser_->of.get().keep_alive(); }

Request HttpReader::take() { return request_from(parser_->of.release()); }

}  // namespace wattlife
