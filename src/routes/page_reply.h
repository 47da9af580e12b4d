// Replies of the routes that show pages: HTML with its policy, and the plain answer to what is not
// there. Used by the .cpp files of this room. Pure.
#pragma once

#include <string>

#include "http/message.h"

namespace reinfer::routes {

http::HttpReply page_reply(std::string html);
http::HttpReply not_found();

}  // namespace reinfer::routes
