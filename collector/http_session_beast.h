// SPDX-License-Identifier: EUPL-1.2
// One connection of the listener, as a machine of steps: each step does what can be done without
// waiting and says what comes next; between steps at most one operation waits for the socket. So
// the table of sessions can own them, and a session is erased by the end of its last operation. An
// idle session holds no buffer and no reader. Part of http_server_beast.cpp.
#pragma once

#include <boost/asio/generic/stream_protocol.hpp>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "collector/http_reader.h"
#include "collector/http_server.h"
#include "collector/tls_channel.h"

namespace wattlife {

// What a session needs of its server.
class SessionHost {
 public:
  SessionHost(const ServerOptions& given, Deliver deliver_to, TlsContext context)
      : options(given), deliver(std::move(deliver_to)), tls(std::move(context)) {}
  virtual ~SessionHost() = default;
  // The session is over; it is gone when this returns.
  virtual void erase(std::uint64_t id) = 0;

  ServerOptions options;
  Deliver deliver;
  TlsContext tls;
  ListenerCounts own_counts;
  ListenerCounts* counts = &own_counts;
  std::vector<char> scratch = std::vector<char>(std::size_t{16} * 1024);  // what is being read
  bool stopping = false;
};

// Who is at the other end.
struct SessionPeer {
  std::string text;     // for Request::peer_address
  std::string counted;  // what peers.h counted; empty: nothing
  bool proxy = false;   // its headers about certificates are believed
};

class HttpSession {
 public:
  using Socket = boost::asio::generic::stream_protocol::socket;

  HttpSession(SessionHost& host, std::uint64_t id, Socket&& socket, SessionPeer peer);

  const SessionPeer& peer() const { return peer_; }
  // Does all that can be done now. `this` may be gone after it.
  void go();
  // Sends the answer to that request, if it still waits for one. `this` may be gone after it.
  void answer(std::uint64_t request, const Response& response);
  // Ends it when its phase has taken too long.
  void expire_at(std::chrono::nanoseconds ticks_now);
  // The server stops: looks once more for what came meanwhile, and ends when that is nothing.
  void finish();

 private:
  enum class Phase { handshake, header, body, answer, write, drain, close };
  enum class Next { again, readable, writable, answer, end };

  void begin(Phase phase, Duration time);
  void wait(Socket::wait_type what);
  void cancel();
  static Next next_of(ChannelState state);
  ChannelState read(std::size_t& count);
  ChannelState send(std::string_view bytes, std::size_t& count);

  Next step();
  Next on_handshake();
  Next on_header();
  Next on_request();
  Next on_write();
  Next on_drain();
  Next on_close();

  Next read_more();
  Next deliver();
  Next refuse();
  Next close();
  void say_continue();
  std::optional<PeerCertificate> certificate_of_proxy(const Request& request) const;
  void set_certificate(Request& request);
  void write(const Response& response, bool keep, bool drain_after);

  SessionHost& host_;
  std::uint64_t id_;
  Socket socket_;
  SessionPeer peer_;
  std::unique_ptr<TlsChannel> tls_;
  std::unique_ptr<PeerCertificate> certificate_;
  std::unique_ptr<HttpReader> reader_;
  std::string input_;   // read, and not yet taken by the reader
  std::string output_;  // being written
  std::size_t sent_ = 0;
  std::size_t drained_ = 0;
  std::uint64_t request_ = 0;
  std::chrono::nanoseconds deadline_{0};  // in ticks()
  Phase phase_ = Phase::header;
  Phase after_ = Phase::header;  // the writing
  bool keep_ = false;
  bool head_ = false;
  bool fresh_ = false;  // `input_` holds bytes that the reader has not seen
  bool wait_first_ = false;
  bool served_ = false;
  bool last_look_ = false;
  bool ended_ = false;
  bool expired_ = false;
};

}  // namespace wattlife
