// Deflate in zlib's own wrapper (RFC 1950) for small texts that this program writes and reads
// itself, such as the history's rows. Its sum tells broken bytes. Any thread; pure. Without memory
// it throws std::bad_alloc. base/gzip.h is for what others read.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace reinfer::base {

// `dictionary`: text that the bytes are likely to repeat; whoever inflates them needs the same.
std::string deflated(std::string_view bytes, std::string_view dictionary = {});
// nullopt if the bytes are not whole, are not of deflated(), need another dictionary, or would be
// more than so many.
std::optional<std::string> inflated(std::string_view bytes, std::size_t bytes_max,
                                    std::string_view dictionary = {});

}  // namespace reinfer::base
