#pragma once
#include "ui/bridge/run_control.h"
#include "ui/bridge/study_document.h"
#include "ui/bridge/workspace.h"
#include "ui/widgets/page.h"

namespace ablate::ui {

// A workspace that is open, with the study that is designed in it and what trains from here.
struct Session {
    explicit Session(const std::filesystem::path& folder) : workspace(folder), document(folder), control(folder) {
        QObject::connect(&workspace, &Workspace::runs_changed, &document,
                         [this] { document.set_runs(workspace.runs()); });
        const auto tell_busy = [this] { document.set_machine_busy(control.preparing_study()); };
        QObject::connect(&control, &RunControl::preparing, &document, tell_busy);
        QObject::connect(&control, &RunControl::started, &document, tell_busy);
        QObject::connect(&control, &RunControl::refused, &document, tell_busy);
    }
    PageContext context() { return {&workspace, &document, &control}; }
    QString folder() const { return QString::fromStdString(workspace.folder().string()); }

    Workspace workspace;
    StudyDocument document;
    RunControl control;
};

}  // namespace ablate::ui
