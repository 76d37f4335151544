#pragma once
#include "ui/pages/study/study_page.h"

#include "core/base/error.h"
#include "tests/support/drop_file.h"
#include "tests/support/temp_folder.h"
#include "tests/support/tiny_run.h"
#include "ui/bridge/run_control.h"
#include "ui/bridge/study_document.h"
#include "ui/bridge/workspace.h"
#include "ui/forms/schema_form.h"
#include "ui/pages/study/block_diagram.h"
#include "ui/pages/study/finding_list.h"
#include "ui/pages/study/variant_model.h"
#include "ui/theme/theme.h"

#include <QMenu>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QScrollBar>
#include <QSignalSpy>
#include <QSplitter>
#include <QTabWidget>
#include <QTableView>
#include <QTest>
#include <QToolButton>

namespace ablate::test {

using namespace ui;

// The machine is measured once for all workspaces, as the new study and the tiny one train.
struct MeasuredFolder : TempFolder {
    MeasuredFolder() {
        static const TempFolder measured;
        study::measured_peak("bf16", 1, "auto", measured / "cache");
        study::measured_peak("fp32", 1, "cpu", measured / "cache");
        std::filesystem::copy(measured / "cache", *this / "cache", std::filesystem::copy_options::recursive);
    }
};

// The page with a small study.
struct StudyWindow {
    MeasuredFolder folder;
    Workspace workspace{folder.path()};
    StudyDocument document{folder.path()};
    RunControl control{folder.path()};
    std::unique_ptr<Page> page = make_study_page();
    explicit StudyWindow(std::int64_t steps = 4) {
        StudyConfig study;
        study.name = "tiny";
        study.baseline = tiny_baseline(write_tiny_tokens(folder / "tokens"), steps);
        study.variants = {{"nope", "NoPE", {{"model", {{"position", {{"kind", "none"}}}}}}},
                          {"post", "Post-norm", {{"model", {{"placement", "post"}}}}}};
        document.start_new(study);
        page->resize(1440, 860);
        page->set_context({&workspace, &document, &control});
        page->show();
        [[maybe_unused]] const bool active = QTest::qWaitForWindowActive(page.get());  // for focus and shortcuts
    }
    ~StudyWindow() { page.reset(); }
    SchemaForm& form() { return *page->findChild<SchemaForm*>(); }
    QTableView& table() { return named<QTableView>("Variants"); }
    QAbstractButton& button(const QString& text) {
        for (QAbstractButton* button : page->findChildren<QAbstractButton*>())
            if (button->text() == text) return *button;
        throw std::logic_error(text.toStdString());
    }
    template <class Widget>
    Widget& named(const QString& name) {
        for (Widget* widget : page->findChildren<Widget*>())
            if (widget->accessibleName() == name) return *widget;
        throw std::logic_error(name.toStdString());
    }
    QLineEdit& line(const std::string& key) { return *form().row(key)->findChild<QLineEdit*>(); }
    void type(QLineEdit& line, const char* text) {
        line.setFocus();
        line.selectAll();
        QTest::keyClicks(&line, text);
    }
    void combine(const char* how, std::vector<std::pair<std::string, std::vector<Json>>> grid = {}) {
        StudyConfig next = document.study();
        next.combine = how;
        next.grid = std::move(grid);
        document.edit("Combine", next);
    }
    QSplitter& columns() {
        for (QSplitter* splitter : page->findChildren<QSplitter*>())
            if (splitter->orientation() == Qt::Horizontal) return *splitter;
        throw std::logic_error("no columns");
    }
    void choose(int row) { table().setCurrentIndex(table().model()->index(row, 0)); }
    QModelIndex finding(const QString& words) {
        FindingModel& model = named<FindingList>("Findings").findings();
        for (int row = 0; row < model.rowCount(); ++row)
            if (model.index(row).data().toString().contains(words)) return model.index(row);
        return {};
    }
    bool tells(const QString& words) {
        for (QLabel* label : page->findChildren<QLabel*>())
            if (label->isVisible() && label->text().contains(words)) return true;
        return false;
    }
};

}  // namespace ablate::test
