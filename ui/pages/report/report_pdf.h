#pragma once
#include "core/report/document.h"

#include <QByteArray>

namespace ablate::ui {

// A4 with page numbers, text that can be selected and figures as vectors, as the bytes of a PDF file. In any thread.
QByteArray report_pdf(const report::Document& document);

}  // namespace ablate::ui
