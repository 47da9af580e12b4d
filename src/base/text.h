// Small pure functions on text: trimming, splitting, ASCII case, cleaning the text of peers before
// it reaches a log or a page. Locale-free. Any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace reinfer::base {

// Without leading and trailing characters of `drop`.
std::string_view trim(std::string_view text, std::string_view drop = " \t\r\n");

// Pieces between `separator`s; an empty text is one empty piece.
std::vector<std::string_view> split(std::string_view text, char separator);

std::string to_lower(std::string_view text);
bool equals_ignoring_case(std::string_view a, std::string_view b);

std::string join(const std::vector<std::string>& pieces, std::string_view separator);

// "a", "a and b", "a, b and c"; of more than `most`, "a, b and 7 others". REQUIRES: most > 0.
std::string listed(const std::vector<std::string>& names, std::size_t most);

// "1 probe", "2 probes": for nouns whose plural takes an s.
std::string counted(std::uint64_t count, std::string_view noun);

// Makes the text of a peer safe for a log line, a page or a terminal: bytes that are not valid
// UTF-8 become '?', control characters become ' ', characters that are invisible or turn the
// direction of others are spelt out ("\\u{202E}"), and at most `bytes_max` bytes are kept, never
// half a character.
std::string sanitise(std::string_view text, std::size_t bytes_max);

// Percent-encodes everything except RFC 3986 unreserved characters and ':' in a path segment
// (API resources may be named by "id:<hex>").
std::string encode_path_segment(std::string_view segment);

}  // namespace reinfer::base
