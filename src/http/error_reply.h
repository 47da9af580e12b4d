// A reply in so many bytes, for those who get no further: what they sent is no request, is too
// large or too late, or there is no room. Nothing of what they sent stands in it. Pure function,
// any thread.
#pragma once

#include <string>
#include <string_view>

namespace reinfer::http {

// HTTP/1.1, with Connection: close. `words`: the body; empty: the status in words.
std::string error_reply_text(int status, std::string_view words);

}  // namespace reinfer::http
