// SPDX-License-Identifier: EUPL-1.2
#include <sys/select.h>
#include <termios.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>

#include "platform/secret_line.h"

namespace wattlife {
namespace {

constexpr std::size_t longest_line = 1024;
// What a person at the terminal, or the system, ends or stops a program with.
constexpr std::array ending = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP};

volatile std::sig_atomic_t caught = 0;
extern "C" void note_signal(int number) { caught = number; }

void say(const std::string& text) {
  const auto written = ::write(STDERR_FILENO, text.data(), text.size());
  (void)written;  // a prompt that cannot be shown is no reason to stop
}

// Turns the echo of the terminal off while it lives; does nothing where there is no terminal. A
// signal that ends or stops the program meanwhile first finds the terminal as it was: Ctrl-C must
// not leave somebody with a shell that shows nothing of what they type.
class Silence {
 public:
  explicit Silence(const std::string& prompt)
      : prompt_(prompt),
        terminal_(::isatty(STDIN_FILENO) == 1 && ::tcgetattr(STDIN_FILENO, &before_) == 0) {
    if (terminal_) begin();
  }
  Silence(const Silence&) = delete;
  Silence& operator=(const Silence&) = delete;
  ~Silence() {
    if (!terminal_) return;
    end();
    say("\n");
  }

  // Until something can be read. Signals wait outside it, so that none is missed just before.
  void wait() {
    while (terminal_) {
      fd_set input;
      FD_ZERO(&input);
      FD_SET(STDIN_FILENO, &input);
      const int ready =
          ::pselect(STDIN_FILENO + 1, &input, nullptr, nullptr, nullptr, &mask_before_);
      if (ready >= 0 || errno != EINTR) return;
      if (caught != 0) give_way_to_signal();
    }
  }

 private:
  void begin() {
    sigset_t held;
    ::sigemptyset(&held);
    for (const int number : ending) ::sigaddset(&held, number);
    // Before there is a handler: what it noted just before wait() would be noticed by nobody.
    ::sigprocmask(SIG_BLOCK, &held, &mask_before_);
    struct sigaction action {};
    action.sa_handler = note_signal;
    for (std::size_t i = 0; i < ending.size(); ++i) {
      ::sigaction(ending[i], nullptr, &actions_[i]);
      if (actions_[i].sa_handler == SIG_IGN) continue;  // as the caller wants it
      ::sigaction(ending[i], &action, nullptr);
    }
    termios silent = before_;
    silent.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent);
    say(prompt_);
  }
  void end() {
    ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &before_);
    for (std::size_t i = 0; i < ending.size(); ++i) {
      ::sigaction(ending[i], &actions_[i], nullptr);
    }
    ::sigprocmask(SIG_SETMASK, &mask_before_, nullptr);
  }
  // Most often this is the end of the program. It goes on after a stop, or when the program has
  // plans of its own with that signal.
  void give_way_to_signal() {
    const int number = caught;
    caught = 0;
    end();
    say("\n");
    ::raise(number);
    begin();
  }

  std::string prompt_;
  termios before_{};
  std::array<struct sigaction, ending.size()> actions_{};
  sigset_t mask_before_{};
  bool terminal_;
};

}  // namespace

Result<std::string> read_secret_line(const std::string& prompt) {
  Silence silence(prompt);
  std::string line;
  for (;;) {
    silence.wait();
    char c = 0;
    const auto count = ::read(STDIN_FILENO, &c, 1);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return Error{Cause::io, "standard input cannot be read"};
    if (count == 0 && line.empty()) return Error{Cause::absent, "nothing came on standard input"};
    if (count == 0 || c == '\n') break;
    line += c;
    if (line.size() > longest_line) {
      return Error{Cause::malformed, "the line is longer than 1,024 bytes"};
    }
  }
  if (!line.empty() && line.back() == '\r') line.pop_back();
  return line;
}

}  // namespace wattlife
