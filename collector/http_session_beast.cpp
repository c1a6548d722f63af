// SPDX-License-Identifier: EUPL-1.2
#include "collector/http_session_beast.h"

#include <boost/asio/buffer.hpp>
#include <utility>

#include "platform/stopwatch.h"

namespace wattlife {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;

// After an answer to a request that was not read to its end, so that the client can read it.
constexpr std::size_t drain_bytes = std::size_t{1} << 20;
constexpr std::chrono::seconds drain_time{2};
constexpr std::chrono::seconds shutdown_time{3};
constexpr std::string_view certificate_header = "client-cert";

}  // namespace

HttpSession::HttpSession(SessionHost& host, std::uint64_t id, Socket&& socket, SessionPeer peer)
    : host_(host), id_(id), socket_(std::move(socket)), peer_(std::move(peer)) {
  error_code ignored;
  socket_.non_blocking(true, ignored);
  if (host_.options.transport == Transport::tls) {
    tls_ = std::make_unique<TlsChannel>(host_.tls, socket_.native_handle());
    begin(Phase::handshake, host_.options.handshake_time);
  } else {
    begin(Phase::header, host_.options.header_time);
  }
}

void HttpSession::go() {
  while (true) {
    switch (step()) {
      case Next::again:
        break;
      case Next::readable:
        return wait(Socket::wait_read);
      case Next::writable:
        return wait(Socket::wait_write);
      case Next::answer:
        return;
      case Next::end:
        return host_.erase(id_);
    }
  }
}

void HttpSession::answer(std::uint64_t request, const Response& response) {
  if (phase_ != Phase::answer || request != request_) return;
  write(response, keep_, false);
  go();
}

void HttpSession::expire_at(std::chrono::nanoseconds ticks_now) {
  if (phase_ == Phase::answer || ticks_now < deadline_ || expired_) return;
  expired_ = true;
  ++host_.counts->timed_out;
  cancel();
}

void HttpSession::finish() {
  if (phase_ == Phase::header) last_look_ = served_;
  cancel();
}

void HttpSession::begin(Phase phase, Duration time) {
  phase_ = phase;
  deadline_ = ticks() + time;
}

void HttpSession::cancel() {
  error_code ignored;
  socket_.cancel(ignored);
}

void HttpSession::wait(Socket::wait_type what) {
  socket_.async_wait(what, [this](error_code) {
    if (expired_) return host_.erase(id_);
    go();  // what went wrong, the next step finds out
  });
}

HttpSession::Next HttpSession::step() {
  switch (phase_) {
    case Phase::handshake:
      return on_handshake();
    case Phase::header:
      return on_header();
    case Phase::body:
      return on_request();
    case Phase::write:
      return on_write();
    case Phase::drain:
      return on_drain();
    case Phase::close:
      return on_close();
    case Phase::answer:
      break;
  }
  return Next::answer;
}

HttpSession::Next HttpSession::next_of(ChannelState state) {
  switch (state) {
    case ChannelState::done:
      return Next::again;
    case ChannelState::wait_to_read:
      return Next::readable;
    case ChannelState::wait_to_write:
      return Next::writable;
    case ChannelState::ended:
    case ChannelState::failed:
      break;
  }
  return Next::end;
}

ChannelState HttpSession::read(std::size_t& count) {
  std::vector<char>& scratch = host_.scratch;
  if (tls_) return tls_->read(scratch.data(), scratch.size(), count);
  error_code failed;
  count = socket_.read_some(asio::buffer(scratch), failed);
  if (!failed) return ChannelState::done;
  if (failed == asio::error::would_block) return ChannelState::wait_to_read;
  return failed == asio::error::eof ? ChannelState::ended : ChannelState::failed;
}

ChannelState HttpSession::send(std::string_view bytes, std::size_t& count) {
  if (tls_) return tls_->write(bytes, count);
  error_code failed;
  count = socket_.write_some(asio::buffer(bytes.data(), bytes.size()), failed);
  if (failed == asio::error::would_block) return ChannelState::wait_to_write;
  return failed ? ChannelState::failed : ChannelState::done;
}

HttpSession::Next HttpSession::on_handshake() {
  const ChannelState state = tls_->handshake();
  if (state != ChannelState::done) {
    if (next_of(state) == Next::end) ++host_.counts->tls_failures;
    return next_of(state);
  }
  if (auto shown = tls_->peer()) {
    certificate_ = std::make_unique<PeerCertificate>(*std::move(shown));
  }
  begin(Phase::header, host_.options.header_time);
  return Next::again;
}

HttpSession::Next HttpSession::read_more() {
  if (ended_) return close();
  std::size_t count = 0;
  const ChannelState state = read(count);
  if (state == ChannelState::done) {
    input_.append(host_.scratch.data(), count);
    fresh_ = true;
    return Next::again;
  }
  if (state == ChannelState::ended) {
    ended_ = true;  // it said all it has to say, and may still listen
    return close();
  }
  if (state == ChannelState::wait_to_read && last_look_ && input_.empty()) return close();
  return next_of(state);
}

HttpSession::Next HttpSession::on_header() {
  if (std::exchange(wait_first_, false)) {  // after an answer there is nothing yet, most likely
    if (!host_.stopping && !fresh_ && !(tls_ && tls_->has_pending())) return Next::readable;
  }
  return on_request();
}

HttpSession::Next HttpSession::on_request() {
  if (!fresh_) return read_more();
  fresh_ = false;
  if (!reader_) {
    reader_ = std::make_unique<HttpReader>(
        HttpBounds{host_.options.header_bytes, host_.options.body_bytes});
  }
  const HttpReader::State state = reader_->read(input_);
  if (input_.empty()) std::string().swap(input_);
  if (state == HttpReader::State::refused) return refuse();
  if (state != HttpReader::State::header && phase_ == Phase::header) {
    begin(Phase::body, host_.options.body_time);
  }
  if (state == HttpReader::State::complete) return deliver();
  if (reader_->wants_continue()) say_continue();
  return Next::again;
}

void HttpSession::say_continue() {
  output_ = "HTTP/1.1 100 Continue\r\n\r\n";
  sent_ = 0;
  after_ = Phase::body;
  begin(Phase::write, host_.options.write_time);
}

HttpSession::Next HttpSession::deliver() {
  keep_ = reader_->keep_alive() && !host_.stopping;
  head_ = reader_->head();
  served_ = true;
  Request request = reader_->take();
  reader_.reset();
  request.peer_address = peer_.text;
  set_certificate(request);
  phase_ = Phase::answer;
  const auto response = host_.deliver(Ticket{id_, ++request_}, std::move(request));
  if (response) write(*response, keep_, false);
  return Next::again;
}

// What a trusted proxy says of the client's certificate. Two such headers (one may be the client's
// own) or one that cannot be read are a certificate of nobody: refused, and not taken for none.
std::optional<PeerCertificate> HttpSession::certificate_of_proxy(const Request& request) const {
  std::string_view shown;
  int count = 0;
  for (const auto& [name, value] : request.headers) {
    if (name != certificate_header || value.empty()) continue;
    shown = value;
    ++count;
  }
  if (count == 0) return std::nullopt;
  auto certificate = count == 1 ? host_.tls.from_header(shown) : std::nullopt;
  return certificate ? *std::move(certificate) : PeerCertificate{};
}

// A header about certificates is worth something from a proxy that we trust, and is taken away
// from anybody else.
void HttpSession::set_certificate(Request& request) {
  if (certificate_) request.certificate = *certificate_;
  if (peer_.proxy) request.certificate = certificate_of_proxy(request);
  std::erase_if(request.headers,
                [](const auto& header) { return header.first == certificate_header; });
}

HttpSession::Next HttpSession::refuse() {
  ++host_.counts->protocol_refusals;
  write(to_response(reader_->problem()), false, true);
  reader_.reset();
  return Next::again;
}

void HttpSession::write(const Response& response, bool keep, bool drain_after) {
  const bool stays = keep && !host_.stopping;
  output_ = to_http(response, host_.options.common_headers, stays, head_);
  sent_ = 0;
  after_ = drain_after ? Phase::drain : stays ? Phase::header : Phase::close;
  begin(Phase::write, host_.options.write_time);
}

HttpSession::Next HttpSession::on_write() {
  while (sent_ < output_.size()) {
    std::size_t count = 0;
    const ChannelState state = send(std::string_view(output_).substr(sent_), count);
    if (state != ChannelState::done) return next_of(state);
    sent_ += count;
  }
  std::string().swap(output_);
  switch (after_) {
    case Phase::header:
      head_ = false;
      fresh_ = !input_.empty();
      wait_first_ = true;
      begin(Phase::header, host_.options.idle_time);
      return Next::again;
    case Phase::body:
      begin(Phase::body, host_.options.body_time);
      return Next::again;
    case Phase::drain:
      begin(Phase::drain, drain_time);
      return Next::again;
    default:
      return close();
  }
}

// The client may still be sending; closing now would reset the connection under our answer.
HttpSession::Next HttpSession::on_drain() {
  std::size_t count = 0;
  const ChannelState state = read(count);
  if (state != ChannelState::done) return next_of(state);
  drained_ += count;
  return drained_ > drain_bytes ? Next::end : Next::again;
}

HttpSession::Next HttpSession::close() {
  begin(Phase::close, shutdown_time);
  return Next::again;
}

HttpSession::Next HttpSession::on_close() {
  if (!tls_) return Next::end;
  const ChannelState state = tls_->shut_down();
  return state == ChannelState::wait_to_write ? Next::writable : Next::end;
}

}  // namespace wattlife
