// One line per event on stderr, as logfmt or JSON, e.g.
//   ts=2026-11-23T16:13:35.123Z level=info event="probe failed" tenant=acme outcome=gateway_error
// Used by every room for messages to the operator; passed by reference, never global. Thread-safe:
// lines never interleave. It does not rotate, and filters no secrets: a Secret cannot be turned
// into a field.
//
// The service calls write_on_own_thread(): its threads then only put lines into a queue, so a
// reader of the log that has stopped reading delays nobody. Commands write their few lines
// themselves.
#pragma once

#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/instruments.h"

namespace reinfer::base {

enum class LogLevel { debug, info, warn, error };
enum class LogFormat { logfmt, json };

std::optional<LogLevel> parse_log_level(std::string_view text);
std::optional<LogFormat> parse_log_format(std::string_view text);

// One without a value is not written.
struct LogField {
  LogField(std::string_view k, std::string v) : key(k), value(std::move(v)) {}
  LogField(std::string_view k, std::string_view v) : key(k), value(v) {}
  LogField(std::string_view k, const char* v) : key(k), value(v) {}
  LogField(std::string_view k, long long v) : key(k), value(std::to_string(v)) {}
  LogField(std::string_view k, int v) : key(k), value(std::to_string(v)) {}
  LogField(std::string_view k, std::size_t v) : key(k), value(std::to_string(v)) {}

  std::string_view key;
  std::string value;
};

// So many lines wait for the thread that writes them; then the oldest is dropped.
inline constexpr std::size_t kLogLinesMax = 1024;
// So long the destructor waits for a reader that is behind.
inline constexpr Nanoseconds kLogStopTime = std::chrono::milliseconds(500);

class Log {
 public:
  // Writes to stderr, or to another descriptor that outlives the log.
  Log(LogLevel level, LogFormat format);
  Log(LogLevel level, LogFormat format, int descriptor);
  // Writes nothing; for simulations and tests.
  static Log silent();
  Log(Log&&) noexcept;
  // Lines that are still not written after kLogStopTime are dropped.
  ~Log();

  // From now on a thread of the log's own writes. Lines that are dropped, because the reader is
  // behind or gone, are counted in `dropped`, and a line says how many once the reader is back. To
  // be called once, before other threads use the log. std::system_error if there is no thread.
  void write_on_own_thread(Counter dropped);

  void debug(std::string_view event, std::initializer_list<LogField> fields = {}) const;
  void info(std::string_view event, std::initializer_list<LogField> fields = {}) const;
  void warn(std::string_view event, std::initializer_list<LogField> fields = {}) const;
  void error(std::string_view event, std::initializer_list<LogField> fields = {}) const;

 private:
  struct Sink;
  explicit Log(std::unique_ptr<Sink> sink);
  void line(LogLevel level, std::string_view event, std::initializer_list<LogField> fields) const;

  std::unique_ptr<Sink> sink_;
};

// The text after the time stamp of a logfmt line; a function of its own for the tests.
std::string format_logfmt(LogLevel level, std::string_view event,
                          std::initializer_list<LogField> fields);
// The members after "ts" of a JSON line.
std::string format_json(LogLevel level, std::string_view event,
                        std::initializer_list<LogField> fields);

}  // namespace reinfer::base
