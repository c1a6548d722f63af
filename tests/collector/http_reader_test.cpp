// SPDX-License-Identifier: EUPL-1.2
#include "collector/http_reader.h"

#include <gtest/gtest.h>

#include <random>

namespace wattlife {
namespace {

using State = HttpReader::State;

// What became of `bytes`, given in pieces of `size`: the request's line and body, or the refusal.
std::string outcome_of(const std::string& bytes, std::size_t size, const HttpBounds& bounds = {}) {
  HttpReader reader(bounds);
  std::string input;
  for (std::size_t at = 0; at < bytes.size(); at += size) {
    input += bytes.substr(at, size);
    const State state = reader.read(input);
    if (state == State::refused) return reader.problem().name;
    if (state != State::complete) continue;
    const Request request = reader.take();
    return request.method + " " + request.path + "?" + request.query + " " + request.body;
  }
  return "more";
}

const std::string post = "POST /a?b=c HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello";
const std::string chunked =
    "POST /a HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
    "3;ignored=\"yes\"\r\nhel\r\n2\r\nlo\r\n0\r\nTrailer: x\r\n\r\n";

TEST(HttpReader, pieces_of_any_size_make_the_same_request) {
  for (std::size_t size = 1; size <= chunked.size(); ++size) {
    EXPECT_EQ(outcome_of(post, size), "POST /a?b=c hello") << size;
    EXPECT_EQ(outcome_of(chunked, size), "POST /a? hello") << size;
  }
}

TEST(HttpReader, the_start_of_a_request_is_never_one) {
  for (std::size_t cut = 0; cut < post.size(); ++cut) {
    EXPECT_EQ(outcome_of(post.substr(0, cut), 7), "more") << cut;
  }
}

TEST(HttpReader, leaves_what_belongs_to_the_next_one) {
  HttpReader reader(HttpBounds{});
  std::string input = post + "GET /next";
  ASSERT_EQ(reader.read(input), State::complete);
  EXPECT_EQ(input, "GET /next");
}

TEST(HttpReader, two_readings_of_one_request_are_refused) {
  const std::string head = "POST / HTTP/1.1\r\nHost: x\r\n";
  for (const char* more : {
           "Content-Length: 3\r\nContent-Length: 4\r\n\r\nabcd",
           "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n",
           "Transfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n3\r\nabc\r\n0\r\n\r\n",
           "Host: y\r\n\r\n",
           "Content-Length : 3\r\n\r\nabc",
           "Content-Length: +3\r\n\r\nabc",
           "Content-Length: 0x3\r\n\r\nabc",
           "Transfer-Encoding: chunked\r\n\r\nzz\r\nabc\r\n0\r\n\r\n",
           "Transfer-Encoding: gzip\r\n\r\n3\r\nabc\r\n0\r\n\r\n",
           "Transfer-Encoding: identity\r\n\r\nabc",
           "Transfer-Encoding: gzip, chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n",
           "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
           "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
           "X: a\rY: b\r\n\r\n",
           "X: a\nContent-Length: 3\r\n\r\nabc",
       }) {
    EXPECT_EQ(outcome_of(head + more, 4096), "not-http") << more;
  }
  EXPECT_EQ(outcome_of(std::string("GET / HTTP/1.1\r\nHost: x\r\nX: a\0b\r\n\r\n", 36), 4096),
            "not-http");
  EXPECT_EQ(outcome_of("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 4096),
            "not-http");
  EXPECT_NE(outcome_of(head + "Transfer-Encoding: Chunked\r\n\r\n0\r\n\r\n", 4096), "not-http");
}

TEST(HttpReader, bounds_hold_before_anything_is_kept) {
  const HttpBounds bounds{256, 10};
  const std::string head = "POST / HTTP/1.1\r\nHost: x\r\n";
  EXPECT_EQ(outcome_of(head + "Content-Length: 11\r\n\r\n", 4096, bounds), "too-large");
  EXPECT_EQ(outcome_of(head + "Content-Length: 10\r\n\r\n0123456789", 4096, bounds),
            "POST /? 0123456789");
  EXPECT_EQ(outcome_of(head + "Transfer-Encoding: chunked\r\n\r\nb\r\n0123456789a\r\n0\r\n\r\n",
                       4096, bounds),
            "too-large");
  EXPECT_EQ(outcome_of(head + "X: " + std::string(300, 'x'), 4096, bounds), "header-too-large");
  EXPECT_EQ(outcome_of(head + "X: " + std::string(300, 'x'), 1, bounds), "header-too-large");
  std::string many;
  for (int i = 0; i < 3000; ++i) many += "A" + std::to_string(i) + ": b\r\n";
  for (const std::size_t size : {std::size_t{1000}, std::size_t{16'384}, std::size_t{100'000}}) {
    EXPECT_EQ(outcome_of(head + many + "\r\n", size), "header-too-large") << size;
  }
}

TEST(HttpReader, what_stands_beside_chunks_and_after_them_is_bounded_too) {
  const std::string head = "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n";
  std::string trailers = "1\r\nx\r\n0\r\n";
  for (int i = 0; i < 30'000; ++i) trailers += "A" + std::to_string(i) + ": b\r\n";
  std::string extensions;
  for (int i = 0; i < 100; ++i) extensions += "1;" + std::string(3000, 'e') + "\r\nx\r\n";
  for (const std::size_t size : {std::size_t{1000}, std::size_t{16'384}}) {
    EXPECT_NE(outcome_of(head + trailers + "\r\n", size), "POST /? x") << size;
    EXPECT_NE(outcome_of(head + extensions + "0\r\n\r\n", size).substr(0, 4), "POST") << size;
  }
}

TEST(HttpReader, random_bytes_end_in_more_or_a_refusal_within_the_bounds) {
  std::mt19937 random(11);
  for (int round = 0; round < 2000; ++round) {
    std::string bytes = round % 2 == 0 ? post : std::string(200, ' ');
    for (int i = 0; i < 1 + round % 20; ++i) {
      bytes[random() % bytes.size()] = static_cast<char>(random());
    }
    HttpReader reader(HttpBounds{});
    std::string input = bytes;
    const State state = reader.read(input);
    if (state == State::refused) {
      EXPECT_FALSE(reader.problem().name.empty());
    }
    if (state == State::complete) {
      EXPECT_LE(reader.take().body.size(), bytes.size());
    }
  }
}

}  // namespace
}  // namespace wattlife
