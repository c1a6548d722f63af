// SPDX-License-Identifier: EUPL-1.2
#include "collector/http.h"

#include <algorithm>

#include "core/table.h"
#include "core/text.h"
#include "proto/wire.h"

namespace wattlife {
namespace {

// Percent code, and '+' for a space.
std::string form_decoded(std::string text) {
  std::replace(text.begin(), text.end(), '+', ' ');
  return percent_decoded(text);
}

const char* reason_of(int status) {
  switch (status) {
    case 200:
      return "OK";
    case 202:
      return "Accepted";
    case 204:
      return "No Content";
    case 303:
      return "See Other";
    case 304:
      return "Not Modified";
    case 400:
      return "Bad Request";
    case 401:
      return "Unauthorized";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 409:
      return "Conflict";
    case 413:
      return "Content Too Large";
    case 415:
      return "Unsupported Media Type";
    case 429:
      return "Too Many Requests";
    case 431:
      return "Request Header Fields Too Large";
    case 500:
      return "Internal Server Error";
    case 503:
      return "Service Unavailable";
    default:
      return "";
  }
}

bool can_be_sent(std::string_view name, std::string_view value) {
  const auto ends_line = [](char c) { return c == '\r' || c == '\n' || c == '\0'; };
  const auto no_token = [&](char c) { return ends_line(c) || c == ':' || c == ' '; };
  return !name.empty() && std::none_of(name.begin(), name.end(), no_token) &&
         std::none_of(value.begin(), value.end(), ends_line);
}

bool names(const Headers& headers, std::string_view name) {
  const std::string wanted = lower_case(name);
  return std::any_of(headers.begin(), headers.end(),
                     [&](const auto& header) { return lower_case(header.first) == wanted; });
}

constexpr ApiField<RequestFault> fault_fields[] = {
    {"parameter", "De parameter; leeg als er geen te noemen is", api_text,
     [](const RequestFault& one) -> Cell { return one.parameter; }},
    {"nl", "Wat eraan scheelt, in het Nederlands", api_text,
     [](const RequestFault& one) -> Cell { return one.nl; }},
    {"en", "Wat eraan scheelt, in het Engels", api_text,
     [](const RequestFault& one) -> Cell { return one.en; }},
};

const ApiSchema& fault_schema() {
  static const ApiSchema schema = api_schema("Fout", "Een fout in een verzoek.", fault_fields);
  return schema;
}

constexpr ApiField<Refusal> problem_fields[] = {
    {"type", "Soort probleem, als URN; het laatste deel is een vaste naam", api_text,
     [](const Refusal& one) -> Cell { return std::string(problem_type_prefix) + one.name; }},
    {"status", "De HTTP-statuscode", api_whole,
     [](const Refusal& one) -> Cell { return std::int64_t{one.status}; }},
    {"title", "Wat er mis is, in het Engels; hetzelfde voor elk probleem van deze soort", api_text,
     [](const Refusal& one) -> Cell { return one.title; }},
    {"detail", "Wat er bij dit verzoek mis is, in het Engels", api_text,
     [](const Refusal& one) -> Cell { return one.detail; }},
    {"detailNl", "Hetzelfde in het Nederlands", api_text,
     [](const Refusal& one) -> Cell { return one.detail_nl; }},
    {"fouten", "Alle fouten van het verzoek samen, als die te noemen zijn",
     api_objects(fault_schema).or_absent(),
     [](const Refusal& one) -> std::string {
       if (one.faults.empty()) return "";
       return api_array(one.faults,
                        [](const RequestFault& fault) { return api_json(fault_fields, fault); });
     }},
};

}  // namespace

const ApiSchema& problem_schema() {
  static const ApiSchema schema =
      api_schema("Probleem", "Waarom een verzoek niet is uitgevoerd (RFC 9457).", problem_fields);
  return schema;
}

std::string percent_decoded(std::string_view text) {
  std::string decoded;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = text[i] == '%' && i + 2 < text.size() ? bytes_from_hex(text.substr(i + 1, 2))
                                                            : std::nullopt;
    if (byte) {
      decoded += *byte;
      i += 2;
    } else {
      decoded += text[i];
    }
  }
  return decoded;
}

std::string to_http(const Response& response, const Headers& common, bool keep_alive, bool head) {
  std::string text = "HTTP/1.1 " + std::to_string(response.status) + " ";
  text += reason_of(response.status);
  text += "\r\n";
  const auto put = [&](std::string_view name, std::string_view value) {
    if (!can_be_sent(name, value)) return;
    text.append(name).append(": ").append(value).append("\r\n");
  };
  for (const auto& [name, value] : response.headers) put(name, value);
  for (const auto& [name, value] : common) {
    if (!names(response.headers, name)) put(name, value);
  }
  if (!keep_alive) put("Connection", "close");
  if (response.status != 204 && response.status != 304) {
    put("Content-Length", std::to_string(response.body.size()));
  }
  text += "\r\n";
  if (!head && response.status != 204 && response.status != 304) text += response.body;
  return text;
}

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
    return equals == std::string_view::npos ? ""
                                            : form_decoded(std::string(part.substr(equals + 1)));
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
  response.body = api_json(problem_fields, problem) + "\n";
  return response;
}

}  // namespace wattlife
