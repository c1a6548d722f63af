// SPDX-License-Identifier: EUPL-1.2
// A small HTTPS server on loopback that answers exactly the bytes a test wants, right or wrong; and
// certificates of every bad kind. One connection at a time, each closed after its answer.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "tests/temporary_folder.h"

namespace wattlife {

struct ServerCertificate {
  std::string host = "localhost";  // the name it is made out to
  int valid_from_days = -1;        // from today
  int valid_until_days = 1;
  // PEM of the authority whose client certificates are asked for; empty: none are asked for. Like
  // the collector it takes every one through the handshake, and says to `answer` what it is: the
  // header "Seen-Certificate: NAME, VERDICT of OpenSSL", or "Seen-Certificate: none".
  std::string clients_of = {};
  // Unlike the collector: ends the handshake with an alert when it does not like what is shown.
  bool refuses_clients = false;
};

class TlsServer {
 public:
  // `answer` gets the whole request, header and body, and gives the bytes of the answer; what it
  // says is sent as it is. `most_tls_1_1` makes it speak nothing newer than TLS 1.1.
  using Answer = std::function<std::string(const std::string& request)>;
  explicit TlsServer(Answer answer, const ServerCertificate& certificate = {},
                     bool most_tls_1_1 = false);
  TlsServer(const TlsServer&) = delete;
  TlsServer& operator=(const TlsServer&) = delete;
  ~TlsServer();

  std::string url(const std::string& path = "/") const;  // https://localhost:PORT/path
  const std::string& authority_path() const { return authority_path_; }  // PEM to trust
  int port() const { return port_; }
  int connections() const { return connections_; }

 private:
  struct Context;
  void serve();
  void serve_one(int connection);

  Answer answer_;
  TemporaryFolder folder_;
  std::string authority_path_;
  bool asks_for_certificate_ = false;
  std::unique_ptr<Context> context_;
  int listener_ = -1;
  int port_ = 0;
  std::atomic<bool> ending_{false};
  std::atomic<int> connections_{0};
  std::thread thread_;
};

// "HTTP/1.1 200 OK" with a length and the body.
std::string http_answer(int status, const std::string& content_type, const std::string& body,
                        const std::string& more_headers = "");
// What follows the empty line of a request.
std::string body_of(const std::string& request);

}  // namespace wattlife
