#include <doctest/doctest.h>
#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <string>
#include <thread>

#include "base/instruments.h"
#include "base/log.h"
#include "base/log_output.h"

namespace reinfer::tests::log_test {
namespace {

// A pipe as small as the kernel allows, with a log at one end.
struct LogPipe {
  LogPipe() {
    std::signal(SIGPIPE, SIG_IGN);
    std::array<int, 2> ends{};
    REQUIRE(pipe2(ends.data(), O_CLOEXEC) == 0);
    reader = base::Descriptor(ends[0]);
    writer = base::Descriptor(ends[1]);
    fcntl(writer.get(), F_SETPIPE_SZ, 4096);
  }

  // Everything that is written until the text has come.
  std::string read_until(std::string_view wanted) const {
    std::string text;
    std::array<char, 4096> piece{};
    while (text.find(wanted) == std::string::npos) {
      const ssize_t got = read(reader.get(), piece.data(), piece.size());
      if (got <= 0) break;
      text.append(piece.data(), static_cast<std::size_t>(got));
    }
    return text;
  }

  base::Descriptor reader;
  base::Descriptor writer;
};

constexpr int kManyLines = 3 * static_cast<int>(base::kLogLinesMax);

void write_many_lines(const base::Log& log) {
  for (int i = 0; i < kManyLines; ++i)
    log.info("line", {{"number", i}});
}

TEST_CASE("a field without a value is left out of the line") {
  const std::string nothing;
  CHECK(base::format_logfmt(base::LogLevel::info, "e", {{"a", nothing}, {"b", 0}, {"c", "x"}}) ==
        "level=info event=e b=0 c=x");
  CHECK(base::format_json(base::LogLevel::info, "e", {{"a", nothing}, {"b", "y"}}) ==
        R"("level":"info","event":"e","b":"y")");
}

TEST_CASE("a reader that stops reading the log delays nobody and learns how much was dropped") {
  const LogPipe pipe;
  base::Instruments instruments;
  base::Counter dropped = instruments.counter("dropped", "Lines.");
  base::Log log(base::LogLevel::info, base::LogFormat::logfmt, pipe.writer.get());
  log.write_on_own_thread(dropped);
  write_many_lines(log);
  log.info("the last line");
  const std::string text = pipe.read_until("the last line");
  CHECK(text.find(" level=warn event=\"log lines were dropped\" lines=") != std::string::npos);
  CHECK(text.find("the last line") != std::string::npos);
  CHECK(dropped.value() > 0);
  CHECK(dropped.value() < kManyLines);
}

TEST_CASE("a log that nobody reads does not keep the program from ending, and its lines count") {
  const LogPipe pipe;
  base::Instruments instruments;
  base::Counter dropped = instruments.counter("dropped", "Lines.");
  {
    base::Log log(base::LogLevel::info, base::LogFormat::json, pipe.writer.get());
    log.write_on_own_thread(dropped);
    write_many_lines(log);
  }
  CHECK(dropped.value() > kManyLines / 2);
}

TEST_CASE("a log whose reader has left costs lines and nothing else") {
  LogPipe pipe;
  base::Instruments instruments;
  base::Counter dropped = instruments.counter("dropped", "Lines.");
  pipe.reader.close();
  {
    base::Log log(base::LogLevel::info, base::LogFormat::logfmt, pipe.writer.get());
    log.write_on_own_thread(dropped);
    log.info("nobody hears this");
  }
  CHECK(dropped.value() == 1);
}

TEST_CASE("a line longer than a pipe takes arrives whole") {
  const LogPipe pipe;
  base::LogOutput output(pipe.writer.get());
  const std::string line = std::string(20'000, 'x') + "\n";
  std::string got;
  std::thread reader([&] { got = pipe.read_until("\n"); });
  CHECK(output.write(line, [] {}));
  reader.join();
  CHECK(got == line);
}

}  // namespace
}  // namespace reinfer::tests::log_test
