// SPDX-License-Identifier: EUPL-1.2
#include "collector/http.h"

#include "core/table.h"
#include "core/text.h"
#include "proto/wire.h"

namespace wattlife {
namespace {

std::string percent_decoded(std::string_view text) {
  std::string decoded;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = text[i] == '%' && i + 2 < text.size() ? bytes_from_hex(text.substr(i + 1, 2))
                                                            : std::nullopt;
    if (byte) {
      decoded += *byte;
      i += 2;
    } else {
      decoded += text[i] == '+' ? ' ' : text[i];
    }
  }
  return decoded;
}

}  // namespace

std::string_view Request::header(std::string_view name) const {
  for (const auto& [key, value] : headers) {
    if (key == name) return value;
  }
  return {};
}

std::string query_value(std::string_view query, std::string_view key) {
  for (const std::string_view part : split(query, '&')) {
    const std::size_t equals = part.find('=');
    if (part.substr(0, equals) != key) continue;
    return equals == std::string_view::npos ? "" : percent_decoded(part.substr(equals + 1));
  }
  return "";
}

std::string query_encoded(std::string_view text) {
  constexpr char digits[] = "0123456789ABCDEF";
  std::string encoded;
  for (const char c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       std::string_view("-._~").find(c) != std::string_view::npos;
    if (plain) {
      encoded += c;
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    encoded += {'%', digits[byte >> 4], digits[byte & 15]};
  }
  return encoded;
}

std::string media_type_of(std::string_view content_type) {
  return lower_case(trimmed(content_type.substr(0, content_type.find(';'))));
}

Response to_response(const Refusal& problem) {
  Response response;
  response.status = problem.status;
  response.headers = problem.headers;
  response.headers.emplace_back("Content-Type", problem_media_type);
  if (problem.retry_after_s > 0) {
    response.headers.emplace_back("Retry-After", std::to_string(problem.retry_after_s));
  }
  response.body = "{\"type\": " + json_string(std::string(problem_type_prefix) + problem.name) +
                  ", \"status\": " + std::to_string(problem.status) +
                  ", \"title\": " + json_string(problem.title) +
                  ", \"detail\": " + json_string(problem.detail) +
                  ", \"detailNl\": " + json_string(problem.detail_nl) + "}\n";
  return response;
}

}  // namespace wattlife
