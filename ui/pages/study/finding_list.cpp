#include "ui/pages/study/finding_list.h"

#include "core/config/run_config_schema.h"
#include "core/config/variant_names.h"
#include "ui/bridge/text.h"
#include "ui/theme/theme.h"
#include "ui/widgets/copy_rows.h"

#include <QHBoxLayout>
#include <QMenu>
#include <QPainter>
#include <QPushButton>
#include <QStyleOptionButton>
#include <QStylePainter>
#include <QStyledItemDelegate>
#include <QTextLayout>
#include <algorithm>
#include <cmath>

namespace ablate::ui {
namespace {

constexpr int kMarkColumn = 28, kButtonHeight = 28;  // px

QString line_of(const QModelIndex& index) { return index.data(kFullTextRole).toString(); }

// "study quick: variant silu: its patch ..." -> "its patch ...": the list names the variant itself.
QString without_variant(QString line, const std::string& study, const std::string& variant) {
    for (const QString& place :
         {"study " + text(study) + ": ", "variant " + text(variant) + ": ", text(variant) + ": "})
        if (line.startsWith(place)) line.remove(0, place.size());
    return line;
}

// Lines as wide as `width`; a word longer than that is broken.
double lay_out(QTextLayout& layout, double width) {
    QTextOption wrapped;
    wrapped.setWrapMode(QTextOption::WrapAtWordBoundaryOrAnywhere);
    layout.setTextOption(wrapped);
    layout.beginLayout();
    double y = 0;
    for (QTextLine line = layout.createLine(); line.isValid(); line = layout.createLine()) {
        line.setLineWidth(width);
        line.setPosition({0, y});
        y += line.height();
    }
    layout.endLayout();
    return y;
}

class FindingDelegate : public QStyledItemDelegate {
  public:
    explicit FindingDelegate(QListView* view) : QStyledItemDelegate(view), view_(view) {}

    QSize sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const override {
        const int width = view_->viewport()->width();
        QTextLayout layout(line_of(index), option.font);
        const int buttons = index.data(FindingModel::mend_count).toInt() > 0 ? kButtonHeight + kSpace : 0;
        const int lines = static_cast<int>(std::ceil(lay_out(layout, width - kMarkColumn - 2 * kSpace)));
        return {width, lines + buttons + 2 * kSpace};
    }

    void updateEditorGeometry(QWidget* buttons, const QStyleOptionViewItem& option, const QModelIndex&) const override {
        const QRect inside = option.rect.adjusted(kMarkColumn, 0, -2 * kSpace, -kSpace);
        buttons->setGeometry(inside.left(), inside.bottom() + 1 - kButtonHeight, inside.width(), kButtonHeight);
    }

    void paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const override {
        option.widget->style()->drawControl(QStyle::CE_ItemViewItem, &option, painter, option.widget);
        const QRect inside = option.rect.adjusted(kMarkColumn, kSpace, -2 * kSpace, -kSpace);
        const double middle = inside.top() + option.fontMetrics.height() / 2.0;
        draw_mark(*painter, {option.rect.left() + kMarkColumn / 2.0, middle},
                  static_cast<Mark>(index.data(FindingModel::mark).toInt()));
        QTextLayout layout(line_of(index), option.font);
        lay_out(layout, inside.width());
        painter->save();
        painter->setPen(Theme::instance().palette().text);
        layout.draw(painter, inside.topLeft());
        painter->restore();
    }

  private:
    QListView* view_;
};

// Ends in an ellipsis where the list is narrow; the tooltip has the whole text.
class ElidedButton : public QPushButton {
  public:
    using QPushButton::QPushButton;
    QSize minimumSizeHint() const override { return {20 * kSpace, QPushButton::minimumSizeHint().height()}; }

  protected:
    void paintEvent(QPaintEvent*) override {
        QStyleOptionButton option;
        initStyleOption(&option);
        option.text = fontMetrics().elidedText(text(), Qt::ElideRight, width() - 4 * kSpace, Qt::TextShowMnemonic);
        QStylePainter(this).drawControl(QStyle::CE_PushButton, option);
    }
};

}  // namespace

QString in_words(const RefusedEntry& entry) {
    return QString("%1: %2%3").arg(entry.label, entry.line, entry.line.endsWith('.') ? "" : ".");
}

std::pair<QString, QString> option_and_rest(const study::Finding& finding) {
    const auto colon = finding.text.find(": ");
    if (finding.variant.empty() && colon != std::string::npos)
        if (const ListedField* field = find_field(finding.text.substr(0, colon)))
            return {text(field->key), text(finding.text.substr(colon + 2))};
    const std::string place = finding.variant + ".";
    if (colon == std::string::npos || !finding.text.starts_with(place)) return {{}, text(finding.text)};
    return {text(finding.text.substr(place.size(), colon - place.size())), text(finding.text.substr(colon + 2))};
}

std::vector<FindingModel::Row> FindingModel::rows_of(const StudyPreview& preview) {
    std::vector<Row> rows;
    for (const auto& [variant, line] : preview.broken) {
        Row row{Mark::error, text(variant), without_variant(line, preview.study.name, variant), {}};
        if (auto mend = study::mend_by_removing(preview.study, variant)) row.mends.push_back(*std::move(mend));
        rows.push_back(std::move(row));
    }
    if (!preview.error.isEmpty() && rows.empty()) rows.push_back({Mark::error, {}, preview.error, {}});
    for (const study::Finding& finding : preview.preview.findings) {
        const auto [key, rest] = option_and_rest(finding);
        const bool whole = key.isEmpty() || finding.variant.empty();
        Row row{mark_of(finding.severity), text(finding.variant), whole ? text(finding.text) : key + ": " + rest, key,
                finding.mends};
        // What holds at several grid points of a variant, or of the baseline already, is said once.
        const QString variant = row.variant.section('@', 0, 0);
        const auto said = std::find_if(rows.begin(), rows.end(), [&](const Row& other) {
            const QString whose = other.variant.section('@', 0, 0);
            return other.text == row.text && (whose == variant || whose == kBaseline);
        });
        if (said == rows.end())
            rows.push_back(std::move(row));
        else if (said->variant.section('@', 0, 0) == variant)
            said->variant = variant;
    }
    std::stable_sort(rows.begin(), rows.end(), [](const Row& a, const Row& b) { return a.mark > b.mark; });
    return rows;
}

void FindingModel::take(const StudyPreviewPtr& preview, const std::map<QString, RefusedEntry>& refused) {
    std::vector<Row> rows;
    for (const auto& [merge, entry] : refused)
        rows.push_back({Mark::error, entry.variant, in_words(entry) + " The study keeps the value it had.",
                        entry.key.isEmpty() ? merge : entry.key});
    if (preview)
        for (Row& row : rows_of(*preview)) rows.push_back(std::move(row));
    const int before = rowCount(), after = static_cast<int>(rows.size());
    if (after < before) {
        beginRemoveRows({}, after, before - 1);
        rows_.resize(rows.size());
        endRemoveRows();
    } else if (after > before) {
        beginInsertRows({}, before, after - 1);
        rows_.insert(rows_.end(), rows.begin() + before, rows.end());
        endInsertRows();
    }
    for (int i = 0; i < after; ++i) {
        Row& row = rows_[static_cast<std::size_t>(i)];
        if (row == rows[static_cast<std::size_t>(i)]) continue;
        row = std::move(rows[static_cast<std::size_t>(i)]);
        Q_EMIT dataChanged(index(i), index(i));
    }
}

int FindingModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(rows_.size());
}

QVariant FindingModel::data(const QModelIndex& index, int role) const {
    if (!checkIndex(index, CheckIndexOption::IndexIsValid)) return {};
    const Row& row = rows_[static_cast<std::size_t>(index.row())];
    switch (role) {
        case Qt::DisplayRole:
            return row.text;
        case kFullTextRole:
            return row.variant.isEmpty() ? row.text : row.variant + ": " + row.text;
        case Qt::AccessibleTextRole:
            return in_words(row.mark) + ", " + (row.variant.isEmpty() ? QString() : row.variant + ": ") + row.text;
        case mark:
            return static_cast<int>(row.mark);
        case variant:
            return row.variant;
        case key:
            return row.key;
        case mend_count:
            return static_cast<int>(row.mends.size());
        default:
            return {};
    }
}

FindingList::FindingList(QWidget* parent) : QListView(parent) {
    setAccessibleName("Findings");
    setModel(&model_);
    copy_rows_on_request(this);
    setItemDelegate(new FindingDelegate(this));
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    setVerticalScrollMode(ScrollPerPixel);
    setWordWrap(true);
    const auto choose = [this](const QModelIndex& index) {
        Q_EMIT chosen(index.data(FindingModel::variant).toString().section('@', 0, 0),
                      index.data(FindingModel::key).toString());
    };
    connect(this, &QListView::clicked, this, choose);
    connect(this, &QListView::activated, this, choose);
    connect(&model_, &QAbstractItemModel::rowsInserted, this,
            [this](const QModelIndex&, int first, int last) { place_buttons(first, last); });
    connect(&model_, &QAbstractItemModel::dataChanged, this,
            [this](const QModelIndex& first, const QModelIndex& last) { place_buttons(first.row(), last.row()); });
}

void FindingList::place_buttons(int first, int last) {
    for (int row = first; row <= last; ++row) {
        const std::vector<study::Mend>& mends = model_.mends(row);
        const QModelIndex index = model_.index(row);
        if (mends.empty() && !indexWidget(index)) continue;
        setIndexWidget(index, mends.empty() ? nullptr : buttons_of(mends));
    }
    scheduleDelayedItemsLayout();  // lines with buttons are higher
}

// The best way as a button, the others in a menu beside it.
QWidget* FindingList::buttons_of(const std::vector<study::Mend>& mends) {
    auto* row = new QWidget(viewport());
    auto* line = new QHBoxLayout(row);
    line->setContentsMargins(0, 0, 0, 0);
    line->setSpacing(kSpace);
    const QString title = text(mends.front().title);
    auto* best = new ElidedButton(QString(title).replace('&', "&&"), row);
    best->setToolTip(plain_tooltip({title, "Undo with Ctrl+Z"}));
    connect(best, &QPushButton::clicked, this, [this, mend = mends.front()] { Q_EMIT mend_chosen(mend); });
    line->addWidget(best);
    if (mends.size() > 1) {
        auto* others = new QPushButton("Other ways", row);
        auto* menu = new QMenu(others);
        for (std::size_t i = 1; i < mends.size(); ++i)
            connect(menu->addAction(text(mends[i].title).replace('&', "&&")), &QAction::triggered, this,
                    [this, mend = mends[i]] { Q_EMIT mend_chosen(mend); });
        others->setMenu(menu);
        line->addWidget(others);
    }
    line->addStretch();
    return row;
}

// Heights follow the width.
void FindingList::resizeEvent(QResizeEvent* event) {
    scheduleDelayedItemsLayout();
    QListView::resizeEvent(event);
}

void FindingList::paintEvent(QPaintEvent* event) {
    QListView::paintEvent(event);
    if (model_.rowCount() > 0) return;
    QPainter painter(viewport());
    painter.setPen(Theme::instance().palette().muted);
    painter.drawText(viewport()->rect().adjusted(3 * kSpace, 3 * kSpace, -3 * kSpace, 0),
                     Qt::AlignTop | Qt::AlignLeft | Qt::TextWordWrap, "Preflight has nothing to object to.");
}

}  // namespace ablate::ui
