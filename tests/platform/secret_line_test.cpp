// SPDX-License-Identifier: EUPL-1.2
// A person at a terminal, played through a pseudo-terminal.
#include "platform/secret_line.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include <csignal>
#include <string>

namespace wattlife {
namespace {

// A process that asks for a secret at a terminal of its own; we sit at the other end.
class Asked {
 public:
  Asked() : ours_(::posix_openpt(O_RDWR | O_NOCTTY)) {
    EXPECT_EQ(::grantpt(ours_), 0);
    EXPECT_EQ(::unlockpt(ours_), 0);
    theirs_ = ::open(::ptsname(ours_), O_RDWR | O_NOCTTY);
    EXPECT_GE(theirs_, 0);
    child_ = ::fork();
    if (child_ == 0) ask();
  }
  ~Asked() {
    ::close(theirs_);
    ::close(ours_);
  }
  void type(const std::string& text) {
    EXPECT_EQ(::write(ours_, text.data(), text.size()), static_cast<ssize_t>(text.size()));
  }
  // Reads what the terminal shows until `text` is there; empty when it does not come in 20 s.
  std::string shown_until(const std::string& text) {
    while (shown_.find(text) == std::string::npos) {
      pollfd readable{ours_, POLLIN, 0};
      char buffer[256];
      if (::poll(&readable, 1, 20'000) != 1) return "";
      const ssize_t count = ::read(ours_, buffer, sizeof buffer);
      if (count <= 0) return "";
      shown_.append(buffer, static_cast<std::size_t>(count));
    }
    return shown_;
  }
  // Asked at our end: theirs is hung up once the process is gone.
  bool echoes() const {
    termios now{};
    EXPECT_EQ(::tcgetattr(ours_, &now), 0);
    return (now.c_lflag & ECHO) != 0;
  }
  int status() const {
    int status = 0;
    EXPECT_EQ(::waitpid(child_, &status, 0), child_);
    return status;
  }
  void signal(int number) const { EXPECT_EQ(::kill(child_, number), 0); }

 private:
  [[noreturn]] void ask() const {
    ::setsid();
    ::ioctl(theirs_, TIOCSCTTY, 0);
    for (const int end : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) ::dup2(theirs_, end);
    const auto line = read_secret_line("Secret: ");
    const std::string said = line ? "read " + std::to_string(line->size()) + "." : "failed.";
    (void)!::write(STDOUT_FILENO, said.data(), said.size());
    ::_exit(0);
  }

  int ours_;
  int theirs_ = -1;
  pid_t child_ = -1;
  std::string shown_;
};

TEST(SecretLine, what_is_typed_is_read_and_not_shown) {
  Asked asked;
  ASSERT_NE(asked.shown_until("Secret: "), "");
  EXPECT_FALSE(asked.echoes());
  asked.type("correct horse\n");
  const std::string shown = asked.shown_until("read 13.");
  ASSERT_NE(shown, "");
  EXPECT_EQ(shown.find("horse"), std::string::npos) << shown;
  EXPECT_TRUE(asked.echoes());
  EXPECT_EQ(asked.status(), 0);
}

TEST(SecretLine, whatever_ends_it_the_terminal_shows_again_what_is_typed) {
  for (const int number : {SIGINT, SIGTERM, SIGHUP, SIGQUIT}) {
    SCOPED_TRACE(number);
    Asked asked;
    ASSERT_NE(asked.shown_until("Secret: "), "");
    ASSERT_FALSE(asked.echoes());
    asked.type("half a sec");
    if (number == SIGINT) {
      asked.type("\x03");  // as a person does it
    } else {
      asked.signal(number);
    }
    const int status = asked.status();
    EXPECT_TRUE(WIFSIGNALED(status));
    EXPECT_EQ(WTERMSIG(status), number) << "a shell must see why it ended";
    EXPECT_TRUE(asked.echoes());
  }
}

// Ctrl-Z: the terminal is the shell's meanwhile. The kernel stops nobody who has no shell, as here,
// so that it goes on at once.
TEST(SecretLine, after_a_stop_it_asks_again) {
  Asked asked;
  ASSERT_NE(asked.shown_until("Secret: "), "");
  asked.signal(SIGTSTP);
  ASSERT_NE(asked.shown_until("Secret: \r\nSecret: "), "");
  EXPECT_FALSE(asked.echoes());
  asked.type("secret\n");
  EXPECT_NE(asked.shown_until("read 6."), "");
  EXPECT_EQ(asked.status(), 0);
}

}  // namespace
}  // namespace wattlife
