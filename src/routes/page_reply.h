// Replies of the routes that show pages: HTML with its policy, and the plain answers to what is not
// there or cannot be shown. Used by the .cpp files of this room. Pure.
#pragma once

#include <string>

#include "http/message.h"
#include "page/dead_end.h"
#include "page/page.h"

namespace reinfer::routes {

http::HttpReply page_reply(std::string html);
// Whether whoever asks would rather have a page than text.
bool wants_page(const http::HttpRequest& request);
// A page for people, plain text for programs.
http::HttpReply dead_end_reply(int status, const http::HttpRequest& request,
                               const record::Snapshot& snapshot, const page::DeadEnd& end,
                               const page::PageContext& context);
// There is nothing of that name.
http::HttpReply not_found();
// The history has no answer now.
http::HttpReply unavailable();

}  // namespace reinfer::routes
