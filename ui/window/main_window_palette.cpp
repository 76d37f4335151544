// What the command palette offers: everything that the window has a name for.
#include "core/base/workspace_layout.h"
#include "core/config/kind_table.h"
#include "core/config/run_config_schema.h"
#include "ui/bridge/text.h"
#include "ui/forms/option_words.h"
#include "ui/pages/study/study_page.h"
#include "ui/widgets/run_words.h"
#include "ui/window/command_palette.h"
#include "ui/window/main_window_state.h"

#include <QMenu>
#include <QMenuBar>
#include <QPointer>
#include <set>

namespace ablate::ui {
namespace {

namespace fs = std::filesystem;

QString without_mnemonic(const QString& text) {
    QString plain;
    for (qsizetype i = 0; i < text.size(); ++i) {
        if (text[i] == '&' && i + 1 < text.size()) ++i;  // "&&" is one
        plain += text[i];
    }
    return plain;
}

// Those of a menu and of the menus below it, which name theirs: "Import: Training log…".
void add_actions(const QMenu& menu, const QString& place, const std::set<QString>& left_out,
                 std::vector<PaletteEntry>& entries) {
    for (QAction* action : menu.actions()) {
        const QString title = place + without_mnemonic(action->text());
        if (action->menu()) {
            if (action->menu()->isEnabled())
                add_actions(*action->menu(), without_mnemonic(action->text()) + ": ", left_out, entries);
        } else if (!action->isSeparator() && action->isEnabled() && !left_out.contains(title)) {
            entries.push_back({"Action",
                               title,
                               {},
                               action->shortcut().toString(QKeySequence::NativeText),
                               [action = QPointer<QAction>(action)] {
                                   if (action) action->trigger();
                               }});
        }
    }
}

// Studies of the workspace's folder, by name.
std::vector<std::string> names_of_studies(const fs::path& workspace) {
    std::set<std::string> names;
    std::error_code error;
    for (fs::directory_iterator file(studies_folder(workspace), error), end; !error && file != end;
         file.increment(error)) {
        const std::string name = file->path().filename().string();
        if (name.ends_with(".json") && !name.ends_with(".plan.json")) names.insert(name.substr(0, name.size() - 5));
    }
    return {names.begin(), names.end()};
}

}  // namespace

std::vector<PaletteEntry> MainWindow::State::palette_of_pages_and_actions() {
    std::vector<PaletteEntry> entries;
    std::set<QString> pages_named{"Go to…"};
    int number = 1;
    for (const PageEntry& page : pages) {
        const QString title = page.stem.left(1).toUpper() + page.stem.mid(1);
        const QString keys =
            page.tab ? QKeySequence(QString("Ctrl+%1").arg(number++)).toString(QKeySequence::NativeText) : QString();
        entries.push_back({"Page", title, {}, keys, [this, stem = page.stem] { window->show_page(stem); }});
        pages_named.insert(title);
    }
    entries.push_back({"Action", "Start study", "train run", StudyPage::start_keys(), [this] {
                           window->show_page("study");
                           if (auto* study = built<StudyPage>("study")) study->start_study();
                       }});
    for (QAction* top : window->menuBar()->actions())
        if (top->menu()) add_actions(*top->menu(), {}, pages_named, entries);
    return entries;
}

std::vector<PaletteEntry> MainWindow::State::palette_of_options() {
    std::vector<PaletteEntry> entries;
    const auto show = [this](const std::string& key) {
        return [this, key] {
            window->show_page("study");
            if (auto* study = built<StudyPage>("study")) study->show_option(text(key));
        };
    };
    for (const ListedField& field : run_config_fields())
        entries.push_back(
            {"Option", text(field.info->label), words_of_option(field.key, *field.info), {}, show(field.key)});
    return entries;
}

std::vector<PaletteEntry> MainWindow::State::palette_of_runs() {
    std::vector<PaletteEntry> entries;
    for (const run::ListedRun& run : session->workspace.runs()->runs)
        entries.push_back({"Run",
                           text(run.info.study) + ": " + run_title(run.info),
                           text(run.info.id) + ' ' + variant_text(run.info),
                           {},
                           [this, id = text(run.info.id)] {
                               window->page("live")->choose_runs({id});
                               window->show_page("live");
                           }});
    return entries;
}

// What is known is there at once; the studies' folder is read meanwhile.
void MainWindow::State::show_palette() {
    QPointer<CommandPalette> palette = new CommandPalette(window);
    palette->setAttribute(Qt::WA_DeleteOnClose);
    palette->add(palette_of_pages_and_actions());
    palette->add(palette_of_options());
    palette->add(palette_of_runs());
    palette->open();
    palette_reader.ask(
        [workspace = session->workspace.folder()](const Latest::Ticket&) { return names_of_studies(workspace); },
        [this, palette](const std::vector<std::string>& names) {
            if (!palette) return;
            std::vector<PaletteEntry> entries;
            for (const std::string& name : names)
                entries.push_back({"Study", text(name), {}, {}, [this, name] { window->open_study(text(name)); }});
            palette->add(std::move(entries));
        },
        [](const QString&) {});
}

void MainWindow::show_palette() { state_->show_palette(); }

}  // namespace ablate::ui
