// SPDX-License-Identifier: EUPL-1.2
// A request and its answer as plain values, so that everything behind the listener can be called
// and tested without a socket.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "collector/api_schema.h"
#include "collector/peer_certificate.h"

namespace wattlife {

using Headers = std::vector<std::pair<std::string, std::string>>;

struct Request {
  std::string method;  // "GET"
  std::string path;    // "/v1/apparaten": as sent, without the query
  std::string query;   // what came after '?', as sent
  Headers headers;     // names in lower case
  std::string body;
  // The address of the other end of the connection, as text without port; "unix" on a unix socket;
  // empty when the listener does not tell. What rests on it (trusted proxies, limits per address)
  // takes empty for a stranger. Never taken from a header, never kept.
  std::string peer_address = {};
  // What the client proved to have: to us in its TLS handshake, or to a proxy that we trust.
  std::optional<PeerCertificate> certificate{};

  // The value of the first header of that (lower case) name; empty when there is none.
  std::string_view header(std::string_view name) const;
};

struct Response {
  int status = 200;
  Headers headers;
  std::string body;
};

// Which request an answer belongs to. A client that is gone makes its ticket worth nothing.
struct Ticket {
  std::uint64_t connection = 0;
  std::uint64_t request = 0;  // counted on that connection
};
struct Answer {
  Ticket ticket;
  Response response;
};
struct WaitingRequest {
  Ticket ticket;
  Request request;
};

// The bytes of an answer in HTTP/1.1. What a response says goes before `common`. A header that
// could end early and begin another one (a line break in it) is left out. `head`: without the body.
std::string to_http(const Response& response, const Headers& common, bool keep_alive, bool head);

// "a b" from "a%20b"; '+' stays. A sequence that is no percent code stays as it is.
std::string percent_decoded(std::string_view text);

// The value of `key` in a query ("a=1&b=2"), percent-decoded; empty when it is not there. A
// sequence that is no percent code stays as it is.
std::string query_value(std::string_view query, std::string_view key);

// A text as it may stand in a query: everything but letters, digits and "-._~" percent-encoded.
std::string query_encoded(std::string_view text);

// "application/json" from "Application/JSON; charset=utf-8".
std::string media_type_of(std::string_view content_type);

// One thing that is wrong with a request: which parameter, and what, in both languages.
struct RequestFault {
  std::string parameter;  // empty: none that can be named
  std::string nl;
  std::string en;
  friend bool operator==(const RequestFault&, const RequestFault&) = default;
};

// Something went wrong, said in the way of RFC 9457 with a reason that a machine can act on (the
// end of the type) and words in both languages.
struct Refusal {
  int status = 500;
  std::string name;       // "unknown-device": the last part of the type
  std::string title;      // English, the same for every problem of that name
  std::string detail;     // English, about this one
  std::string detail_nl;  // the same in Dutch
  int retry_after_s = 0;  // 0: none is sent
  Headers headers;        // more of them: Allow, WWW-Authenticate
  std::vector<RequestFault> faults =
      {};  // all that is wrong with the request, when that can be listed
  friend bool operator==(const Refusal&, const Refusal&) = default;
};
Response to_response(const Refusal& problem);
// What the body of a refusal holds, for the document of the API.
const ApiSchema& problem_schema();

}  // namespace wattlife
