#include "base/log.h"

#include <fmt/format.h>
#include <spdlog/async_logger.h>
#include <spdlog/details/thread_pool.h>
#include <spdlog/sinks/base_sink.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <array>
#include <mutex>

#include "base/log_output.h"
#include "base/text.h"
#include "base/thread_name.h"

namespace reinfer::base {
namespace {

constexpr std::size_t kFieldBytesMax = 4096;
constexpr std::array<std::string_view, 4> kLevelNames = {"debug", "info", "warn", "error"};

std::string_view name_of(LogLevel level) {
  return kLevelNames[static_cast<std::size_t>(level)];
}

spdlog::level::level_enum to_spdlog(LogLevel level) {
  switch (level) {
    case LogLevel::debug:
      return spdlog::level::debug;
    case LogLevel::info:
      return spdlog::level::info;
    case LogLevel::warn:
      return spdlog::level::warn;
    case LogLevel::error:
      return spdlog::level::err;
  }
  return spdlog::level::err;
}

std::string quote(std::string_view text) {
  std::string result = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') result += '\\';
    result += c;
  }
  return result + '"';
}

std::string logfmt_value(std::string_view raw) {
  const std::string text = sanitise(raw, kFieldBytesMax);
  const bool bare = !text.empty() && text.find_first_of(" \"=\\") == std::string::npos;
  return bare ? text : quote(text);
}

std::string format_fields(LogFormat format, LogLevel level, std::string_view event,
                          std::initializer_list<LogField> fields) {
  return format == LogFormat::json ? format_json(level, event, fields)
                                   : format_logfmt(level, event, fields);
}

// Writes spdlog's lines to a LogOutput, and counts those that did not get there.
class OutputSink final : public spdlog::sinks::base_sink<std::mutex> {
 public:
  OutputSink(int descriptor, LogFormat format) : output_(descriptor), format_(format) {}

  // `queue` is emptied into this sink. Before its first line.
  void count_dropped(spdlog::details::thread_pool& queue, Counter dropped) {
    queue_ = &queue;
    counter_ = dropped;
  }

  // See LogOutput; any thread.
  void hurry(MonoTime deadline) { output_.hurry(deadline); }

 private:
  void sink_it_(const spdlog::details::log_msg& line) override {
    if (write(line))
      say_how_many_were_dropped();
    else
      ++not_written_;
    note_dropped();
  }
  void flush_() override {}

  bool write(const spdlog::details::log_msg& line) {
    spdlog::memory_buf_t text;
    formatter_->format(line, text);
    return output_.write({text.data(), text.size()}, [this] { note_dropped(); });
  }

  std::size_t dropped() const {
    return not_written_ + (queue_ == nullptr ? 0 : queue_->overrun_counter());
  }

  void note_dropped() {
    if (counter_) counter_->add(static_cast<double>(dropped() - counted_));
    counted_ = dropped();
  }

  void say_how_many_were_dropped() {
    const std::size_t lines = dropped();
    if (lines == told_) return;
    const std::string text = format_fields(
        format_, LogLevel::warn, "log lines were dropped",
        {{"lines", lines - told_}, {"because", "nobody read the log, or not fast enough"}});
    if (write({"reinfer", spdlog::level::warn, text})) told_ = lines;
  }

  LogOutput output_;
  const LogFormat format_;
  spdlog::details::thread_pool* queue_ = nullptr;
  std::optional<Counter> counter_;
  // Of the thread that writes.
  std::size_t not_written_ = 0;
  std::size_t counted_ = 0;
  std::size_t told_ = 0;
};

}  // namespace

std::optional<LogLevel> parse_log_level(std::string_view text) {
  for (std::size_t i = 0; i < kLevelNames.size(); ++i)
    if (text == kLevelNames[i]) return static_cast<LogLevel>(i);
  return std::nullopt;
}

std::optional<LogFormat> parse_log_format(std::string_view text) {
  if (text == "logfmt") return LogFormat::logfmt;
  if (text == "json") return LogFormat::json;
  return std::nullopt;
}

std::string format_logfmt(LogLevel level, std::string_view event,
                          std::initializer_list<LogField> fields) {
  std::string line = fmt::format("level={} event={}", name_of(level), logfmt_value(event));
  for (const LogField& field : fields)
    if (!field.value.empty()) line += fmt::format(" {}={}", field.key, logfmt_value(field.value));
  return line;
}

std::string format_json(LogLevel level, std::string_view event,
                        std::initializer_list<LogField> fields) {
  std::string line = fmt::format(R"("level":"{}","event":{})", name_of(level),
                                 quote(sanitise(event, kFieldBytesMax)));
  for (const LogField& field : fields)
    if (!field.value.empty())
      line += fmt::format(R"(,"{}":{})", field.key, quote(sanitise(field.value, kFieldBytesMax)));
  return line;
}

struct Log::Sink {
  Sink(LogLevel level, LogFormat line_format, int descriptor)
      : format(line_format),
        output(std::make_shared<OutputSink>(descriptor, line_format)),
        logger(std::make_shared<spdlog::logger>("reinfer", output)) {
    set_up(to_spdlog(level));
  }
  ~Sink() {
    output->hurry(mono_now() + kLogStopTime);
    queue.reset();  // writes what waits, and ends its thread
  }
  Sink(const Sink&) = delete;
  Sink& operator=(const Sink&) = delete;

  void set_up(spdlog::level::level_enum level) {
    logger->set_level(level);
    logger->set_pattern(format == LogFormat::json ? R"({"ts":"%Y-%m-%dT%H:%M:%S.%eZ",%v})"
                                                  : "ts=%Y-%m-%dT%H:%M:%S.%eZ %v",
                        spdlog::pattern_time_type::utc);
  }

  const LogFormat format;
  const std::shared_ptr<OutputSink> output;
  std::shared_ptr<spdlog::details::thread_pool> queue;  // null: each thread writes by itself
  std::shared_ptr<spdlog::logger> logger;
};

Log::Log(LogLevel level, LogFormat format) : Log(level, format, STDERR_FILENO) {}
Log::Log(LogLevel level, LogFormat format, int descriptor)
    : sink_(std::make_unique<Sink>(level, format, descriptor)) {}
Log::Log(std::unique_ptr<Sink> sink) : sink_(std::move(sink)) {}
Log::Log(Log&&) noexcept = default;
Log::~Log() = default;

Log Log::silent() {
  return Log(std::unique_ptr<Sink>{});
}

void Log::write_on_own_thread(Counter dropped) {
  if (!sink_) return;
  sink_->queue =
      std::make_shared<spdlog::details::thread_pool>(kLogLinesMax, 1, [] { name_thread("log"); });
  sink_->output->count_dropped(*sink_->queue, dropped);
  const auto level = sink_->logger->level();
  sink_->logger = std::make_shared<spdlog::async_logger>(
      "reinfer", sink_->output, sink_->queue, spdlog::async_overflow_policy::overrun_oldest);
  sink_->set_up(level);
}

void Log::line(LogLevel level, std::string_view event,
               std::initializer_list<LogField> fields) const {
  if (!sink_ || !sink_->logger->should_log(to_spdlog(level))) return;
  sink_->logger->log(to_spdlog(level), format_fields(sink_->format, level, event, fields));
}

void Log::debug(std::string_view event, std::initializer_list<LogField> fields) const {
  line(LogLevel::debug, event, fields);
}
void Log::info(std::string_view event, std::initializer_list<LogField> fields) const {
  line(LogLevel::info, event, fields);
}
void Log::warn(std::string_view event, std::initializer_list<LogField> fields) const {
  line(LogLevel::warn, event, fields);
}
void Log::error(std::string_view event, std::initializer_list<LogField> fields) const {
  line(LogLevel::error, event, fields);
}

}  // namespace reinfer::base
