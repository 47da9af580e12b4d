#include "transport/lookup_limit.h"

#include <charconv>
#include <optional>

#include "base/small_file.h"
#include "base/text.h"

namespace reinfer::transport {
namespace {

// Longer than the C library asks a silent name server.
constexpr base::Nanoseconds kRemembered = std::chrono::minutes(1);

// From proc(5); nullopt without it.
std::optional<std::size_t> threads_of_process() {
  constexpr std::size_t kBytesMax = 4096;
  const auto text = base::read_small_file("/proc/self/stat", kBytesMax);
  // The name of the process, in brackets, may hold blanks and brackets itself.
  const auto name_end = text ? text->rfind(')') : std::string::npos;
  if (name_end == std::string::npos) return std::nullopt;
  // The state is the third field, the number of threads the twentieth.
  constexpr std::size_t kFieldsAfterName = 18;
  const auto fields = base::split(std::string_view(*text).substr(name_end + 1), ' ');
  std::size_t threads = 0;
  if (fields.size() <= kFieldsAfterName) return std::nullopt;
  const std::string_view number = fields[kFieldsAfterName];
  const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), threads);
  return error == std::errc{} ? std::optional(threads) : std::nullopt;
}

}  // namespace

void LookupLimit::given_up(const std::string& host, base::MonoTime now) {
  given_up_[host] = now;
}

bool LookupLimit::allows(const std::string& host, base::MonoTime now) {
  const auto found = given_up_.find(host);
  if (found == given_up_.end()) return true;
  if (now - found->second >= kRemembered) {
    given_up_.erase(found);
    return true;
  }
  return threads_of_process().value_or(0) < kThreadsMax;
}

}  // namespace reinfer::transport
