// The writer of HTML (explain/html_writer.h) under the page's own name. Used by everything in this
// room; each page has its own, so any thread.
#pragma once

#include "explain/html_writer.h"

namespace reinfer::page {

using explain::escape_html;
using explain::Html;
using explain::HtmlAttribute;

}  // namespace reinfer::page
