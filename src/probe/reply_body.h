// Reads from a reply's body what the judge needs: whether it is a JSON object, its top-level
// `status` and `message`, and the type of the success key's value. Bodies can be large and deeply
// nested and hold personal data: nothing else is kept. Pure, any thread, never throws.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "model/target.h"

namespace reinfer::probe {

// Everything is absent unless the whole body is one well-formed JSON object (RFC 8259; a byte order
// mark is tolerated). The last of repeated keys counts, as in the vendor's own clients.
struct Reply {
  bool is_object = false;
  std::optional<std::string> status;   // only if it is a string
  std::optional<std::string> message;  // only if it is a string
  // Type of the success key's value; absent for null or no such key.
  std::optional<model::JsonType> key_type;
  std::optional<std::size_t> key_length;  // if that value is an array

  // Only the application writes these two values; other services on the host send JSON too, some
  // with a numeric `status` (RFC 7807).
  bool from_application() const { return status == "ok" || status == "error"; }
};

// `key` is the success key to look for; empty for none.
Reply parse_reply(std::string_view body, std::string_view key);

}  // namespace reinfer::probe
