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
};

// A figure of the whole report, whatever is hidden, and the section it stands in.
struct ListedFigure {
    std::string name, section;
    QString caption;
    bool operator==(const ListedFigure&) const = default;
};

struct BuiltReport {
    ComparisonPtr comparison;
    report::ReportOptions options;  // as they are for write_report
    std::vector<ListedFigure> figures;
    std::shared_ptr<QTextDocument> text;  // of the thread it was made for
};
struct ReportLook;
// The preview; its text document belongs to `thread`.
BuiltReport build_preview(const ComparisonPtr& comparison, const ReportChoices& choices, const ReportLook& look,
                          QThread* thread);

// Writes what is asked for into `folder` and returns the names of the files, a folder's with a slash.
// InputError, ResourceError.
QStringList export_report(const study::Comparison& comparison, const report::ReportOptions& options,
                          const std::filesystem::path& folder);

}  // namespace ablate::ui
