// What the judge needs to know of a reply's body, and no more: is it a JSON object, what do its
// top-level `status` and `message` say, and what stands at the success key. Bodies can be large and
// deeply nested and hold personal data: nothing else of them is kept. Pure, never throws.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "model/target.h"

namespace reinfer::probe {

// Everything is absent unless the whole body is one well-formed JSON object (RFC 8259; a byte order
// mark is tolerated). Of a repeated key the last counts, as in the vendor's own clients.
struct Reply {
  bool is_object = false;
  bool has_status = false;             // a top-level `status` of any type
  std::optional<std::string> status;   // only if it is a string
  std::optional<std::string> message;  // only if it is a string
  std::optional<model::JsonType>
      key_type;  // of the success key's value; absent for null or no such key
  std::optional<std::size_t> key_length;  // if that value is an array

  // Only the application itself writes these two; other services on the host send JSON too, some
  // with a numeric `status` (RFC 7807).
  bool from_application() const { return status == "ok" || status == "error"; }
};

// `key` is the success key to look for; empty for none.
Reply parse_reply(std::string_view body, std::string_view key);

}  // namespace reinfer::probe
