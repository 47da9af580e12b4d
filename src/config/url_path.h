// The path part of URLs: what is acceptable in one, and its pieces. Used for base URLs and for the
// paths of probes that are not in the catalogue. Pure functions, any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace reinfer::config {

// Says what is wrong with an absolute path (without query or fragment) as it would be sent:
// characters that need percent-encoding, broken percent-encoding, empty or dot segments. A slash at
// the end is fine. nullopt: nothing is wrong.
std::optional<std::string> path_fault(std::string_view path);

// Says what is wrong with the characters of a path or query, nullopt if they can be sent as they
// are.
std::optional<std::string> character_fault(std::string_view text);

// Segments between slashes, without those at either end: "/a/b/" is {"a", "b"}, "/" is {}.
std::vector<std::string_view> path_segments(std::string_view path);

// Percent-decoded text; broken escapes stay as they are.
std::string percent_decoded(std::string_view text);

}  // namespace reinfer::config
