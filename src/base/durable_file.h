// Replaces a small file as a whole, so that neither a crash nor a power cut leaves half of it or
// none. Used for state that must not be lost. Any thread; it blocks until the disk has the bytes
// (fsync(2)). Reading is in small_file.h.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace reinfer::base {

// Returns what went wrong, such as "No space left on device"; the old file is then as it was. A
// draft in the same folder, PATH.new, is used meanwhile. One writer at a time.
std::optional<std::string> write_durably(const std::string& path, std::string_view text);

}  // namespace reinfer::base
