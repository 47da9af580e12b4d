#include "base/log.h"

#include <fmt/format.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <array>

#include "base/text.h"

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
    line += fmt::format(" {}={}", field.key, logfmt_value(field.value));
  return line;
}

std::string format_json(LogLevel level, std::string_view event,
                        std::initializer_list<LogField> fields) {
  std::string line = fmt::format(R"("level":"{}","event":{})", name_of(level),
                                 quote(sanitise(event, kFieldBytesMax)));
  for (const LogField& field : fields)
    line += fmt::format(R"(,"{}":{})", field.key, quote(sanitise(field.value, kFieldBytesMax)));
  return line;
}

struct Log::Sink {
  Sink(LogLevel level, LogFormat line_format)
      : logger("reinfer", std::make_shared<spdlog::sinks::stderr_sink_mt>()), format(line_format) {
    logger.set_level(to_spdlog(level));
    logger.flush_on(spdlog::level::debug);
    logger.set_pattern(format == LogFormat::json ? R"({"ts":"%Y-%m-%dT%H:%M:%S.%eZ",%v})"
                                                 : "ts=%Y-%m-%dT%H:%M:%S.%eZ %v",
                       spdlog::pattern_time_type::utc);
  }
  spdlog::logger logger;
  LogFormat format;
};

Log::Log(LogLevel level, LogFormat format) : sink_(std::make_unique<Sink>(level, format)) {}
Log::Log(std::unique_ptr<Sink> sink) : sink_(std::move(sink)) {}
Log::Log(Log&&) noexcept = default;
Log::~Log() = default;

Log Log::silent() {
  return Log(std::unique_ptr<Sink>{});
}

void Log::line(LogLevel level, std::string_view event,
               std::initializer_list<LogField> fields) const {
  if (!sink_ || !sink_->logger.should_log(to_spdlog(level))) return;
  sink_->logger.log(to_spdlog(level), sink_->format == LogFormat::json
                                          ? format_json(level, event, fields)
                                          : format_logfmt(level, event, fields));
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
