#pragma once
#include "core/report/report.h"
#include "ui/bridge/comparer.h"

#include <QStringList>
#include <QTextDocument>

// What the page asks its workers for.
namespace ablate::ui {

struct ReportChoices {
    QString title;                                             // "": the report's own
    std::vector<std::string> hidden_sections, hidden_figures;  // by name
    std::set<report::Output> outputs;                          // the appendix names their files
};

struct BuiltReport {
    std::vector<report::ListedFigure> figures;  // of the whole report, whatever is hidden
    std::shared_ptr<QTextDocument> text;        // of the thread it was made for
};
struct ReportLook;
// The preview; its text document belongs to `thread`.
BuiltReport build_preview(const ComparisonPtr& comparison, const ReportChoices& choices, const ReportLook& look,
                          QThread* thread);

// Writes the outputs chosen into `folder` and returns the names of the files, a folder's with a slash.
// InputError, ResourceError.
QStringList export_report(const study::Comparison& comparison, const ReportChoices& choices,
                          const std::filesystem::path& folder);

}  // namespace ablate::ui
