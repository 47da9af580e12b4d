#include "probe/server_timing.h"

#include <charconv>
#include <cmath>
#include <optional>
#include <string>

#include "base/http_token.h"
#include "base/text.h"

namespace reinfer::probe {
namespace {

constexpr std::string_view kBlank = " \t";
// Before and after a number in quotes: the white space of HTML.
constexpr std::string_view kAroundNumber = " \t\n\f\r";

class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}

  bool at_end() const { return position_ >= text_.size(); }
  std::size_t position() const { return position_; }

  void skip(std::string_view characters) {
    while (!at_end() && characters.find(text_[position_]) != std::string_view::npos)
      ++position_;
  }

  bool consume(char c) {
    skip(kBlank);
    if (at_end() || text_[position_] != c) return false;
    ++position_;
    return true;
  }

  std::string_view token() {
    skip(kBlank);
    const std::size_t start = position_;
    while (!at_end() && base::is_http_token_character(text_[position_]))
      ++position_;
    return text_.substr(start, position_ - start);
  }

  std::string token_or_quoted() {
    skip(kBlank);
    if (!at_end() && text_[position_] == '"') return quoted().value_or("");
    return std::string(token());
  }

  // Skips junk. A closed quoted string in it is skipped whole: a delimiter in it ends nothing, and
  // it may hold text that looks like an entry.
  void skip_to_any(std::string_view delimiters) {
    while (!at_end() && delimiters.find(text_[position_]) == std::string_view::npos)
      if (text_[position_] != '"' || !quoted()) ++position_;
  }

 private:
  // The text of a quoted string; nullopt, without moving on, if the quote is not closed.
  std::optional<std::string> quoted() {
    // Quotes after an open one are all escaped, so none of them begins a string that closes. To
    // look again at each of them would take a time that grows with the square of their number.
    if (left_open_) return std::nullopt;
    std::string value;
    for (std::size_t i = position_ + 1; i < text_.size(); ++i) {
      if (text_[i] == '"') {
        position_ = i + 1;
        return value;
      }
      if (text_[i] == '\\' && ++i == text_.size()) break;
      value += text_[i];
    }
    left_open_ = true;
    return std::nullopt;
  }

  std::string_view text_;
  std::size_t position_ = 0;
  bool left_open_ = false;
};

// Reads the parameters that follow an entry's name, up to its ',' or the end.
void read_parameters(Reader& reader, model::ServerTiming& entry) {
  bool duration_seen = false;
  bool description_seen = false;
  reader.skip_to_any(",;");
  while (reader.consume(';')) {
    const std::string_view name = reader.token();
    std::string value;
    if (!name.empty() && reader.consume('=')) value = reader.token_or_quoted();
    reader.skip_to_any(",;");
    if (base::equals_ignoring_case(name, "dur") && !duration_seen) {
      duration_seen = true;
      entry.duration_ms = parse_server_timing_duration(value);
    } else if (base::equals_ignoring_case(name, "desc") && !description_seen) {
      description_seen = true;
      entry.description = std::move(value);
    }
  }
}

// Returns false once the header's byte limit is reached.
bool read_line(std::string_view line, std::size_t bytes_left, ServerTimingHeader& header) {
  Reader reader(line);
  for (;;) {
    reader.skip(" \t,");
    if (reader.at_end()) return true;
    model::ServerTiming entry{std::string(reader.token()), std::nullopt, ""};
    if (entry.name.empty())
      reader.skip_to_any(",");
    else
      read_parameters(reader, entry);
    if (reader.position() > bytes_left) {
      ++header.dropped;
      return false;
    }
    if (entry.name.empty() || header.entries.size() == kServerTimingEntriesMax)
      ++header.dropped;
    else
      header.entries.push_back(std::move(entry));
  }
}

}  // namespace

std::optional<double> parse_server_timing_duration(std::string_view text) {
  text = base::trim(text, kAroundNumber);
  if (text.starts_with('+') && !text.starts_with("+-")) text.remove_prefix(1);
  double value = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc{} || stop != end || !std::isfinite(value) || value < 0)
    return std::nullopt;
  return std::abs(value);  // -0 is 0
}

ServerTimingHeader parse_server_timing(const std::vector<model::Header>& headers) {
  ServerTimingHeader result;
  std::size_t bytes = 0;
  // Line by line: joined by commas first, a quote left open in one line would swallow the next.
  for (const model::Header& header : headers) {
    if (!base::equals_ignoring_case(header.name, "server-timing")) continue;
    result.present = true;
    if (!read_line(header.value, kServerTimingBytesMax - bytes, result)) break;
    bytes += std::min(header.value.size(), kServerTimingBytesMax - bytes);
  }
  return result;
}

}  // namespace reinfer::probe
