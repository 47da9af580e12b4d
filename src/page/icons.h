// The shapes of faults and states as SVG: faults differ in shape as well as in colour, which the
// style sheet gives by class. Used by the frame, the tables and the charts of the page. Pure.
#pragma once

#include <string>

#include "model/outcome.h"
#include "page/html.h"

namespace reinfer::page {

// A number of an SVG attribute, rounded to a tenth.
std::string svg_number(double value);
// The outline of a fault's shape with radius `r` around (x, y), as the `d` of a <path>.
std::string fault_shape(model::Fault fault, double x, double y, double r);
// "mark f-platform"
std::string fault_class(const char* first, model::Fault fault);

// A shape in the fault's colour, next to a text that names it.
void draw_icon(Html& html, model::Fault fault);
// Of something that has no fault: "paused", "waiting".
void draw_state_icon(Html& html, const char* state);
// The definitions to which draw_icon() and draw_state_icon() refer, once a page.
void draw_symbols(Html& html);

}  // namespace reinfer::page
