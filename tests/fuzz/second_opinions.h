// Parsers and the judge for a second time, written from their specification and in another way: by
// splitting and by tables, slow and short. Fuzzing compares. Each knows only what it says; nullopt
// or nothing where it has no opinion. Used by targets.cpp.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "model/exchange.h"
#include "model/outcome.h"
#include "model/probe_result.h"

namespace reinfer::tests {

// nullopt: not a duration. Texts longer than kOpinionBytesMax are nobody's.
inline constexpr std::size_t kOpinionBytesMax = 512;
std::optional<base::Nanoseconds> second_duration(std::string_view text);

// Of the value of a Retry-After that is whole seconds, or a date as RFC 9110 prefers it.
std::optional<base::Nanoseconds> second_retry_after(std::string_view value, base::WallTime now,
                                                    base::Nanoseconds most);

// The entries of one line that is short enough for all limits.
std::vector<model::ServerTiming> second_server_timing(std::string_view line);

// Bytes of head and body, if this is one whole request beyond doubt.
std::optional<std::pair<std::size_t, std::size_t>> second_framing(std::string_view bytes);

// What a reply is, as far as a verdict depends on it.
enum class Writer { application_ok, application_error, application_other, stranger };
model::Outcome second_verdict(model::WireError error, std::optional<int> status, Writer writer,
                              std::optional<int> expected_status);

}  // namespace reinfer::tests
