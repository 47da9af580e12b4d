// The path part of URLs: its validity and its segments. Used for base URLs and for the paths of
// probes outside the catalogue. Pure functions, any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace reinfer::config {

// The problem of an absolute path (without query or fragment) as it would be sent:
// characters that need percent-encoding, broken percent-encoding, empty or dot segments. A slash at
// the end is allowed. nullopt if there is none.
std::optional<std::string> path_fault(std::string_view path);

// The problem of the characters of a path or query; nullopt if they can be sent unchanged.
std::optional<std::string> character_fault(std::string_view text);

// Segments between slashes, without those at either end: "/a/b/" is {"a", "b"}, "/" is {}.
std::vector<std::string_view> path_segments(std::string_view path);

// Percent-decoded text; broken escapes stay as they are.
std::string percent_decoded(std::string_view text);

}  // namespace reinfer::config
