#include "ui/window/command_palette.h"

#include "ui/forms/option_words.h"
#include "ui/theme/theme.h"
#include "ui/widgets/labels.h"

#include <QFrame>
#include <QKeyEvent>
#include <QLabel>
#include <QLineEdit>
#include <QListView>
#include <QPainter>
#include <QStyledItemDelegate>
#include <QVBoxLayout>
#include <algorithm>

namespace ablate::ui {
namespace {

constexpr QSize kSize{560, 400};  // px
constexpr int kTop = 72;          // px below the top of the window
constexpr int kRowHeight = 32;

// The title, and at the end what it is and its keys.
class EntryDelegate : public QStyledItemDelegate {
  public:
    using QStyledItemDelegate::QStyledItemDelegate;

    QSize sizeHint(const QStyleOptionViewItem&, const QModelIndex&) const override { return {0, kRowHeight}; }

    void paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const override {
        QStyleOptionViewItem back = option;
        initStyleOption(&back, index);
        back.text.clear();
        back.widget->style()->drawControl(QStyle::CE_ItemViewItem, &back, painter, back.widget);
        const QRect inside = option.rect.adjusted(2 * kSpace, 0, -2 * kSpace, 0);
        const QString keys = index.data(PaletteModel::keys).toString();
        const QString kind = index.data(PaletteModel::kind).toString();
        const QString end = keys.isEmpty() ? kind : kind + "   " + keys;
        const int end_width = option.fontMetrics.horizontalAdvance(end) + 4 * kSpace;
        const auto& colors = Theme::instance().palette();
        painter->save();
        painter->setPen(colors.text);
        const QRect left = inside.adjusted(0, 0, -end_width, 0);
        painter->drawText(left, Qt::AlignLeft | Qt::AlignVCenter,
                          option.fontMetrics.elidedText(index.data().toString(), Qt::ElideMiddle, left.width()));
        painter->setPen(colors.muted);
        painter->drawText(inside, Qt::AlignRight | Qt::AlignVCenter, end);
        painter->restore();
    }
};

}  // namespace

void PaletteModel::add(std::vector<PaletteEntry> entries) {
    beginResetModel();
    for (PaletteEntry& entry : entries) {
        texts_.push_back({entry.title, search_text(entry.words + ' ' + entry.kind)});
        entries_.push_back(std::move(entry));
    }
    order_ = palette_order(needle_, texts_);
    endResetModel();
}

void PaletteModel::filter(const QString& needle) {
    beginResetModel();
    needle_ = needle;
    order_ = palette_order(needle_, texts_);
    endResetModel();
}

const PaletteEntry& PaletteModel::entry(int row) const {
    return entries_[static_cast<std::size_t>(order_[static_cast<std::size_t>(row)])];
}

int PaletteModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(order_.size());
}

QVariant PaletteModel::data(const QModelIndex& index, int role) const {
    if (!checkIndex(index, CheckIndexOption::IndexIsValid)) return {};
    const PaletteEntry& shown = entry(index.row());
    switch (role) {
        case Qt::DisplayRole:
            return shown.title;
        case Qt::AccessibleTextRole:
            return shown.title + ", " + shown.kind + (shown.keys.isEmpty() ? QString() : ", " + shown.keys);
        case kind:
            return shown.kind;
        case keys:
            return shown.keys;
        default:
            return {};
    }
}

CommandPalette::CommandPalette(QWidget* parent)
    : QDialog(parent, Qt::Dialog | Qt::FramelessWindowHint),
      search_(new QLineEdit(this)),
      list_(new QListView(this)),
      nothing_found_(plain_label("Nothing matches.", "muted", this)) {
    setWindowTitle("Go to");
    setAccessibleName("Go to");
    setModal(true);
    search_->setPlaceholderText("Search options, studies, runs, pages and actions");
    search_->setAccessibleName("Go to");
    search_->installEventFilter(this);
    list_->setModel(&model_);
    list_->setAccessibleName("Found");
    list_->setItemDelegate(new EntryDelegate(list_));
    list_->setUniformItemSizes(true);
    list_->setFocusPolicy(Qt::NoFocus);  // the field has the keys
    list_->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    nothing_found_->hide();
    auto* card = new QFrame(this);  // tells it apart from the window below
    card->setProperty("card", true);
    auto* around = new QVBoxLayout(this);
    around->setContentsMargins(0, 0, 0, 0);
    around->addWidget(card);
    auto* column = new QVBoxLayout(card);
    column->setContentsMargins(3 * kSpace, 3 * kSpace, 3 * kSpace, 3 * kSpace);
    column->setSpacing(2 * kSpace);
    column->addWidget(search_);
    column->addWidget(nothing_found_);
    column->addWidget(list_, 1);
    resize(kSize.boundedTo(parent->size() - QSize(4 * kSpace, 4 * kSpace)));
    move(parent->mapToGlobal(QPoint((parent->width() - width()) / 2, std::min(kTop, parent->height() / 8))));
    connect(search_, &QLineEdit::textChanged, this, &CommandPalette::filter);
    connect(list_, &QListView::clicked, this, &CommandPalette::go);
    search_->setFocus();
}

void CommandPalette::add(std::vector<PaletteEntry> entries) {
    const int row = std::max(list_->currentIndex().row(), 0);
    model_.add(std::move(entries));
    choose(row);
}

void CommandPalette::filter() {
    model_.filter(search_->text());
    nothing_found_->setVisible(model_.rowCount() == 0);
    choose(0);
}

void CommandPalette::choose(int row) {
    const int last = model_.rowCount() - 1;
    if (last < 0) return;
    list_->setCurrentIndex(model_.index(std::clamp(row, 0, last)));
}

void CommandPalette::go(const QModelIndex& index) {
    if (!index.isValid()) return;
    const std::function<void()> act = model_.entry(index.row()).act;
    accept();  // first: the focus goes back, and then to where the entry leads
    act();
}

bool CommandPalette::eventFilter(QObject* object, QEvent* event) {
    if (object != search_ || event->type() != QEvent::KeyPress) return QDialog::eventFilter(object, event);
    const int page = std::max(1, list_->viewport()->height() / kRowHeight - 1);
    const int row = list_->currentIndex().row();
    switch (static_cast<QKeyEvent*>(event)->key()) {
        case Qt::Key_Down:
            choose(row + 1);
            return true;
        case Qt::Key_Up:
            choose(row - 1);
            return true;
        case Qt::Key_PageDown:
            choose(row + page);
            return true;
        case Qt::Key_PageUp:
            choose(row - page);
            return true;
        case Qt::Key_Return:
        case Qt::Key_Enter:
            go(list_->currentIndex());
            return true;
        default:
            return QDialog::eventFilter(object, event);
    }
}

}  // namespace ablate::ui
