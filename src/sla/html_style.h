// The style sheet of the report in HTML, for the screen and for A4. Used by sla/render_html.cpp
// alone. It stands in the page as it is, so it is written without quotes, ampersands and angle
// brackets. A constant; any thread.
#pragma once

#include <string_view>

namespace reinfer::sla {

std::string_view html_style();

}  // namespace reinfer::sla
