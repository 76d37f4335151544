#include "ui/pages/report/contents_tree.h"

#include "ui/bridge/text.h"

#include <QHeaderView>
#include <QSignalBlocker>

namespace ablate::ui {
namespace {

constexpr int kName = Qt::UserRole;  // of a section or figure
constexpr int kRowHeight = 26;       // px

std::vector<std::string> names(const QStringList& list) {
    std::vector<std::string> all;
    for (const QString& name : list) all.push_back(name.toStdString());
    return all;
}

QTreeWidgetItem* item_of(const QString& text, const QString& name, bool shown) {
    auto* item = new QTreeWidgetItem(QStringList{text});
    item->setData(0, kName, name);
    item->setSizeHint(0, {0, kRowHeight});
    item->setFlags(Qt::ItemIsEnabled | Qt::ItemIsSelectable | Qt::ItemIsUserCheckable);
    item->setCheckState(0, shown ? Qt::Checked : Qt::Unchecked);
    return item;
}

// A caption's first sentence: what the figure shows.
QString short_caption(const QString& caption) {
    const QString first = caption.section(". ", 0, 0).section(", one line", 0, 0).section(": right", 0, 0);
    return first.endsWith('.') ? first.chopped(1) : first;
}

}  // namespace

ContentsTree::ContentsTree(QWidget* parent) : QTreeWidget(parent) {
    setHeaderHidden(true);
    setAccessibleName("Sections and figures");
    setUniformRowHeights(true);
    setIndentation(16);
    for (const report::Section& section : report::report_sections())
        addTopLevelItem(item_of(section.title, section.name, true));
    connect(this, &QTreeWidget::itemChanged, this, &ContentsTree::take_change);
}

void ContentsTree::set_figures(const std::vector<report::ListedFigure>& figures) {
    if (figures == figures_) return;
    const bool first = figures_.empty();
    figures_ = figures;
    const QSignalBlocker quiet(this);
    for (int i = 0; i < topLevelItemCount(); ++i) {
        QTreeWidgetItem* section = topLevelItem(i);
        const std::string name = section->data(0, kName).toString().toStdString();
        qDeleteAll(section->takeChildren());
        for (const report::ListedFigure& figure : figures) {
            if (figure.section != name) continue;
            const QString figure_name = QString::fromStdString(figure.name);
            const QString caption = QString::fromStdString(figure.caption);
            auto* item = item_of(short_caption(caption), figure_name, !hidden_figures_.contains(figure_name));
            item->setToolTip(0, plain_tooltip({caption}));
            item->setDisabled(section->checkState(0) == Qt::Unchecked);
            section->addChild(item);
        }
    }
    if (first) expandAll();
}

void ContentsTree::take_change(QTreeWidgetItem* item) {
    const bool is_section = !item->parent();
    QStringList& hidden = is_section ? hidden_sections_ : hidden_figures_;
    const QString name = item->data(0, kName).toString();
    const bool hide = item->checkState(0) == Qt::Unchecked;
    if (hide == hidden.contains(name)) return;
    hide ? hidden.append(name) : static_cast<void>(hidden.removeAll(name));
    {
        const QSignalBlocker quiet(this);
        for (int i = 0; i < item->childCount(); ++i) item->child(i)->setDisabled(hide);
    }
    viewport()->update();
    Q_EMIT choices_changed();
}

ReportChoices ContentsTree::choices() const { return {{}, names(hidden_sections_), names(hidden_figures_), {}}; }

QVariantMap ContentsTree::save_state() const {
    return {{"hidden_sections", hidden_sections_}, {"hidden_figures", hidden_figures_}};
}

void ContentsTree::restore_state(const QVariantMap& state) {
    hidden_sections_ = state.value("hidden_sections").toStringList();
    hidden_figures_ = state.value("hidden_figures").toStringList();
    const QSignalBlocker quiet(this);
    for (int i = 0; i < topLevelItemCount(); ++i) {
        QTreeWidgetItem* section = topLevelItem(i);
        const bool hidden = hidden_sections_.contains(section->data(0, kName).toString());
        section->setCheckState(0, hidden ? Qt::Unchecked : Qt::Checked);
    }
    const std::vector<report::ListedFigure> figures = std::exchange(figures_, {});
    set_figures(figures);
}

}  // namespace ablate::ui
