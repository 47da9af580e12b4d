// A whole reply as text, for clients that get no further: they sent no request, one that is too
// large or too late, or there is no room for them. It repeats nothing that they sent. Used by the
// connection loop and the request handler. Pure function, any thread.
#pragma once

#include <string>
#include <string_view>

#include "base/clock.h"

namespace reinfer::http {

// HTTP/1.1, with Connection: close. `words`: the body; empty: the status in words. `now`: for the
// Date field.
std::string error_reply_text(int status, std::string_view words, base::WallTime now);

}  // namespace reinfer::http
