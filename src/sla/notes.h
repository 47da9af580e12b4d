// Notes of the report in sentences: facts that a reader needs with the figures. Used by
// sla/report.cpp alone. Pure functions; any thread.
#pragma once

#include <string>
#include <vector>

#include "sla/report.h"

namespace reinfer::sla {

// Of one row whose figures are complete.
std::vector<std::string> notes_of(const SlaRow& row, const Vantage& vantage, const Month& month);

// Notes on the basis of a verdict, where it is not plain.
void note_verdict(const SlaRow& row, std::vector<std::string>& notes);

// Says so in each row whose objective has another row, of another exporter.
void note_several_exporters(std::vector<SlaRow>& rows);

}  // namespace reinfer::sla
