// Reads a file that is expected to be small: configuration, tokens, certificates, state. Used by
// every room that reads such a file. Any thread; it blocks for the time of a local read. A FIFO or
// a device is refused instead of waited for. It writes nothing and keeps nothing.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include <tl/expected.hpp>

namespace reinfer::base {

enum class FileFault : std::uint8_t {
  missing,     // no such file
  unreadable,  // no permission, a directory, a FIFO, an error while reading
  too_large,
};

struct FileError {
  FileFault fault = FileFault::unreadable;
  std::string text;  // follows "PATH cannot be read: ", such as "Permission denied"
};

// The whole file if it is regular (a symbolic link to such a file is) and holds at most
// `bytes_max`.
tl::expected<std::string, FileError> read_small_file(const std::string& path,
                                                     std::size_t bytes_max);

// Whether read_small_file() could read the file, whatever its size; nothing is read.
std::optional<FileError> find_file_fault(const std::string& path);

}  // namespace reinfer::base
