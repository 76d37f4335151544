#include "ui/pages/study/variant_panel.h"

#include "core/base/error.h"
#include "ui/bridge/text.h"
#include "ui/pages/study/table_cells.h"
#include "ui/theme/figures.h"
#include "ui/theme/theme.h"
#include "ui/widgets/copy_rows.h"
#include "ui/widgets/labels.h"

#include <QHBoxLayout>
#include <QHeaderView>
#include <QLineEdit>
#include <QPushButton>
#include <QToolButton>
#include <QVBoxLayout>
#include <algorithm>

namespace ablate::ui {
namespace {

constexpr int kRowHeight = 28, kStackedHeight = 44;
constexpr int kNarrow = 560;  // px below which the changes are shown below the name, and labels give way

constexpr auto kNameEntry = "variant name";
constexpr auto kProblem = "problem";  // of an editor: why its text is refused

// Says while a name is typed that the study refuses it; a space becomes a dash.
class NameDelegate : public StackedCell {
  public:
    using Refuse = std::function<void(const QString& variant, const QString& line)>;  // "": a valid one
    NameDelegate(int below, QObject* parent, const VariantModel& model, Refuse refuse)
        : StackedCell(below, parent), model_(model), refuse_(std::move(refuse)) {}

    QWidget* createEditor(QWidget* parent, const QStyleOptionViewItem& option,
                          const QModelIndex& index) const override {
        QWidget* editor = StackedCell::createEditor(parent, option, index);
        auto* line = qobject_cast<QLineEdit*>(editor);
        if (!line) return editor;
        const QString variant = index.data(VariantModel::variant).toString();
        connect(line, &QLineEdit::textEdited, this, [this, line, variant](const QString& typed) {
            const QString problem = model_.why_no_name(variant, typed);
            line->setProperty(kProblem, problem);
            refuse_(variant, problem);
        });
        connect(line, &QObject::destroyed, this, [this, variant] { refuse_(variant, {}); });
        return editor;
    }

  private:
    const VariantModel& model_;
    Refuse refuse_;
};

// Alt with an arrow moves a variant; at the last place it does not go on to another row. An editor whose text is
// refused stays open until the text is corrected or given up with Esc, and no other opens meanwhile.
class VariantTable : public QTableView {
  public:
    using QTableView::QTableView;

  protected:
    void keyPressEvent(QKeyEvent* event) override {
        const bool arrow = event->key() == Qt::Key_Up || event->key() == Qt::Key_Down;
        if (!arrow || !event->modifiers().testFlag(Qt::AltModifier)) QTableView::keyPressEvent(event);
    }
    void commitData(QWidget* editor) override {
        if (!is_refused(editor)) QTableView::commitData(editor);
    }
    void closeEditor(QWidget* editor, QAbstractItemDelegate::EndEditHint hint) override {
        if (hint == QAbstractItemDelegate::RevertModelCache || !is_refused(editor))
            QTableView::closeEditor(editor, hint);
    }
    bool edit(const QModelIndex& index, EditTrigger trigger, QEvent* event) override {
        const auto editors = viewport()->findChildren<QLineEdit*>();
        if (std::any_of(editors.begin(), editors.end(), &VariantTable::is_refused)) return false;
        return QTableView::edit(index, trigger, event);
    }

  private:
    static bool is_refused(const QWidget* editor) { return editor && !editor->property(kProblem).toString().isEmpty(); }
};

void set_up(QTableView& table, VariantModel& model) {
    table.setModel(&model);
    table.setAccessibleName("Variants");
    table.setSelectionBehavior(QAbstractItemView::SelectRows);
    table.setSelectionMode(QAbstractItemView::SingleSelection);
    table.setEditTriggers(QAbstractItemView::DoubleClicked | QAbstractItemView::EditKeyPressed);
    table.setDragDropMode(QAbstractItemView::InternalMove);
    table.setDragDropOverwriteMode(false);
    table.setShowGrid(false);
    table.setWordWrap(false);
    table.setTabKeyNavigation(false);
    table.setVerticalScrollMode(QAbstractItemView::ScrollPerPixel);
    table.setHorizontalScrollMode(QAbstractItemView::ScrollPerPixel);
    table.verticalHeader()->hide();
    table.verticalHeader()->setSectionResizeMode(QHeaderView::Fixed);
    QHeaderView& header = *table.horizontalHeader();
    header.setHighlightSections(false);
    header.setMinimumSectionSize(48);
    header.setSectionResizeMode(QHeaderView::Interactive);
    const QFontMetrics metrics(table.font());
    const auto width = [&](const char* text) { return metrics.horizontalAdvance(text) + 5 * kSpace; };
    header.resizeSection(VariantModel::name, width("all-but-no-norm"));
    header.resizeSection(VariantModel::label, width("All but no norm"));
    header.resizeSection(VariantModel::parameters, width("22,696,448"));
    header.resizeSection(VariantModel::difference, width("Difference"));
    header.resizeSection(VariantModel::check, width("Check"));
    table.setItemDelegate(new TextCell(&table));
    table.setItemDelegateForColumn(VariantModel::difference, new FiguresDelegate(&table));
    table.setItemDelegateForColumn(VariantModel::check, new MarkCell(VariantModel::mark, &table));
}

}  // namespace

VariantPanel::VariantPanel(QWidget* parent)
    : QWidget(parent),
      table_(new VariantTable(this)),
      names_(new NameDelegate(VariantModel::changes, table_, model_,
                              [panel = QPointer<VariantPanel>(this)](const QString& variant, const QString& line) {
                                  if (panel) panel->take_name(variant, line);  // an editor may outlive its panel
                              })),
      parameters_(new StackedCell(VariantModel::difference, table_)),
      told_(plain_label("", "danger", this)),
      hint_(plain_label("No variants yet. Add one from a preset or from the registry.", "muted", this)),
      menu_(new QMenu(this)) {
    // Before the view's own: a removed row makes its neighbor current, which is nobody's choice.
    connect(&model_, &QAbstractItemModel::rowsAboutToBeRemoved, this, [this] { moving_ = true; });
    connect(&model_, &QAbstractItemModel::rowsRemoved, this, [this] { moving_ = false; });
    set_up(*table_, model_);
    copy_rows_on_request(table_);
    table_->setItemDelegateForColumn(VariantModel::name, names_);
    table_->setItemDelegateForColumn(VariantModel::parameters, parameters_);
    setFocusProxy(table_);
    told_->setWordWrap(true);
    told_->hide();
    add_button_ = new QPushButton("Add variant", this);
    add_button_->setMenu(menu_);
    menu_->setToolTipsVisible(true);
    build_actions();

    auto* bar = new QHBoxLayout;
    bar->addWidget(plain_label("Variants", "heading", this));
    bar->addStretch();
    for (QAction* action : {up_, down_, duplicate_, remove_}) {
        auto* button = new QToolButton(this);
        button->setProperty("flat", true);
        button->setDefaultAction(action);
        button->setAccessibleName(action->text());
        bar->addWidget(button);
    }
    bar->addWidget(add_button_);
    auto* all = new QVBoxLayout(this);
    all->setContentsMargins(0, 0, 0, 0);
    all->setSpacing(2 * kSpace);
    all->addLayout(bar);
    all->addWidget(table_, 1);
    all->addWidget(hint_);
    all->addWidget(told_);

    for (const auto count : {&QAbstractItemModel::rowsInserted, &QAbstractItemModel::rowsRemoved})
        connect(&model_, count, hint_, [this] { hint_->setVisible(model_.rowCount() < 2); });
    connect(menu_, &QMenu::aboutToShow, this, &VariantPanel::build_menu);
    connect(table_->selectionModel(), &QItemSelectionModel::currentRowChanged, this, &VariantPanel::current_changed);
    connect(&model_, &VariantModel::refused, this, [this](const QString& line) {
        told_->setText(line);
        told_->show();
    });
    connect(&model_, &QAbstractItemModel::dataChanged, told_, [this] {
        if (!document_ || !document_->refused_entries().contains(kNameEntry)) told_->hide();
    });
    reader_.ask([](const Latest::Ticket&) { return variants_of_presets(); },
                [this](std::vector<OfferedGroup> groups) { presets_ = std::move(groups); }, [](const QString&) {});
}

void VariantPanel::resizeEvent(QResizeEvent* event) {
    QWidget::resizeEvent(event);
    lay_out();
}

void VariantPanel::lay_out() {
    const bool stacked = width() < kNarrow;
    for (const int column : {VariantModel::label, VariantModel::changes, VariantModel::difference})
        table_->setColumnHidden(column, stacked);
    for (StackedCell* cell : {names_, parameters_}) cell->set_stacked(stacked);
    QHeaderView& header = *table_->horizontalHeader();
    const bool was_stacked = header.sectionResizeMode(VariantModel::name) == QHeaderView::Stretch;
    if (stacked && !was_stacked) name_width_ = header.sectionSize(VariantModel::name);
    header.setSectionResizeMode(VariantModel::name, stacked ? QHeaderView::Stretch : QHeaderView::Interactive);
    if (was_stacked && !stacked) header.resizeSection(VariantModel::name, name_width_);
    header.setSectionResizeMode(VariantModel::changes, stacked ? QHeaderView::Interactive : QHeaderView::Stretch);
    table_->verticalHeader()->setDefaultSectionSize(stacked ? kStackedHeight : kRowHeight);
}

void VariantPanel::build_actions() {
    up_ = add_action("Move up", QKeySequence("Alt+Up"), &VariantPanel::move_up);
    down_ = add_action("Move down", QKeySequence("Alt+Down"), &VariantPanel::move_down);
    up_->setIconText("↑");
    down_->setIconText("↓");
    duplicate_ = add_action("Duplicate", QKeySequence("Ctrl+D"), &VariantPanel::duplicate);
    remove_ = add_action("Remove", QKeySequence::Delete, &VariantPanel::remove);
    table_->setContextMenuPolicy(Qt::ActionsContextMenu);
}

QAction* VariantPanel::add_action(const QString& text, const QKeySequence& key, void (VariantPanel::*slot)()) {
    auto* action = new QAction(text, this);
    action->setShortcut(key);
    action->setShortcutContext(Qt::WidgetShortcut);
    const QString verb = text.section(' ', 0, 0), rest = text.mid(verb.size());
    action->setToolTip(QString("%1 the chosen variant%2 (%3)").arg(verb, rest, key.toString(QKeySequence::NativeText)));
    table_->addAction(action);
    connect(action, &QAction::triggered, this, slot);
    return action;
}

void VariantPanel::set_document(StudyDocument* document) {
    if (document_) disconnect(document_, nullptr, this, nullptr);
    document_ = document;
    model_.set_document(document);
    told_->hide();
    shown_ = kBaseline;
    if (!document) return;
    connect(document, &StudyDocument::variant_shown, this, &VariantPanel::follow_document);
    connect(document, &StudyDocument::changed, this, &VariantPanel::study_changed);
    connect(document, &StudyDocument::preview_changed, this, &VariantPanel::study_changed);
    connect(document, &StudyDocument::loaded, this, [this] {  // what is typed belongs to the study before
        for (QLineEdit* editor : table_->viewport()->findChildren<QLineEdit*>())
            Q_EMIT names_->closeEditor(editor, QAbstractItemDelegate::RevertModelCache);
    });
    follow_document();
}

// What is wrong with the name that is typed for `variant`; "" for nothing.
void VariantPanel::take_name(const QString& variant, const QString& line) {
    told_->setText(line);
    told_->setVisible(!line.isEmpty());
    if (!document_) return;
    line.isEmpty() ? document_->accept_entry(kNameEntry)
                   : document_->refuse_entry(kNameEntry, {variant, {}, "Name", line});
}

bool VariantPanel::focus_entry(const QString& entry) {
    if (entry != kNameEntry) return false;
    for (QLineEdit* editor : table_->viewport()->findChildren<QLineEdit*>()) editor->setFocus();
    return true;
}

void VariantPanel::choose(const QString& name) {
    if (const int row = model_.row_of(name); row >= 0) table_->setCurrentIndex(model_.index(row, VariantModel::name));
}

// One that `combine` made stays current while it is there, though the document does not know it.
void VariantPanel::study_changed() {
    const int row = model_.row_of(shown_);
    const bool combined = row > 0 && !model_.index(row, 0).data(VariantModel::own).toBool();
    combined ? take_current() : follow_document();
}

void VariantPanel::follow_document() {
    const int row = std::max(model_.row_of(document_->variant()), 0);
    moving_ = true;
    if (row != table_->currentIndex().row()) table_->setCurrentIndex(model_.index(row, VariantModel::name));
    moving_ = false;
    take_current();
}

void VariantPanel::current_changed() {
    if (moving_ || !document_) return;
    take_current();
    document_->show_variant(shown_);
}

void VariantPanel::take_current() {
    const QModelIndex current = table_->currentIndex();
    if (!current.isValid()) return;
    const bool own = own_is_current();
    for (QAction* action : {duplicate_, remove_}) action->setEnabled(own);
    up_->setEnabled(own && current.row() > 1);
    down_->setEnabled(own && current.row() < static_cast<int>(document_->study().variants.size()));
    const QString name = current.data(VariantModel::variant).toString();
    if (name == shown_) return;
    shown_ = name;
    Q_EMIT variant_chosen(name);
}

bool VariantPanel::own_is_current() const { return table_->currentIndex().data(VariantModel::own).toBool(); }

void VariantPanel::build_menu() {
    qDeleteAll(menu_->findChildren<QMenu*>(Qt::FindDirectChildrenOnly));  // clear() leaves them
    menu_->clear();
    QMenu* presets = menu_->addMenu("From a preset");
    offer(presets, presets_);
    presets->setEnabled(!presets_.empty());
    menu_->addSeparator();
    offer(menu_, variants_of_registry(document_->baseline()));
    menu_->addSeparator();
    connect(menu_->addAction("Empty variant"), &QAction::triggered, this, &VariantPanel::add_empty);
}

void VariantPanel::offer(QMenu* menu, const std::vector<OfferedGroup>& groups) {
    const auto shown = [](QString text) { return text.replace('&', "&&"); };  // a name, not a mnemonic
    for (const OfferedGroup& group : groups) {
        QMenu* choices = menu->addMenu(shown(group.title));
        choices->setToolTipsVisible(true);
        for (const OfferedVariant& choice : group.variants) {
            QAction* action = choices->addAction(shown(choice.text));
            action->setToolTip(plain_tooltip({choice.tool_tip}));
            connect(action, &QAction::triggered, this, [this, variant = choice.variant] { add(variant); });
        }
    }
}

void VariantPanel::add(const VariantConfig& variant) {
    try {
        document_->add_variant(variant);
        table_->setFocus();
    } catch (const InputError& error) {
        Q_EMIT model_.refused(QString::fromStdString(error.what()));
    }
}

void VariantPanel::move(int by) {
    const int row = table_->currentIndex().row();
    if (model_.moveRows({}, row, 1, {}, by < 0 ? row - 1 : row + 2)) table_->scrollTo(table_->currentIndex());
}

void VariantPanel::add_empty() { add({"variant", "", Json::object()}); }

void VariantPanel::duplicate() {
    if (!own_is_current()) return;
    const StudyConfig& study = document_->study();
    VariantConfig copy = study.variants[static_cast<std::size_t>(table_->currentIndex().row()) - 1];
    if (copy.label == copy.name) copy.label.clear();
    add(copy);
}

void VariantPanel::remove() {
    if (!own_is_current()) return;
    StudyConfig next = document_->study();
    const int row = table_->currentIndex().row();
    const QString name = shown_;
    next.variants.erase(next.variants.begin() + row - 1);
    const QString neighbor = QString::fromStdString(
        next.variants.empty() ? kBaseline
                              : next.variants[std::min<std::size_t>(row - 1, next.variants.size() - 1)].name);
    document_->edit("Remove " + name, std::move(next));
    document_->show_variant(neighbor);
}

}  // namespace ablate::ui
