#include "ui/forms/value_editor.h"

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/config/kind_table.h"
#include "ui/bridge/text.h"
#include "ui/theme/theme.h"

#include <QCheckBox>
#include <QComboBox>
#include <QDragEnterEvent>
#include <QFileInfo>
#include <QHBoxLayout>
#include <QKeyEvent>
#include <QLocale>
#include <QMimeData>
#include <QPainter>
#include <QRegularExpression>
#include <QSignalBlocker>
#include <QWheelEvent>
#include <cmath>

namespace ablate::ui {
namespace {

constexpr int kMapHeight = 64;  // px: three lines

bool is_undo(const QEvent* event) {
    const auto* key = static_cast<const QKeyEvent*>(event);
    return key->matches(QKeySequence::Undo) || key->matches(QKeySequence::Redo);
}

// Undo is the study's, not the editor's: it stays a shortcut of the window.
bool leave_undo(QEvent* event) {
    if (event->type() != QEvent::ShortcutOverride || !is_undo(event)) return false;
    event->ignore();
    return true;
}

QString dropped_path(const QMimeData* data) {
    const auto urls = data->urls();
    return urls.size() == 1 && urls.front().isLocalFile() ? urls.front().toLocalFile() : QString();
}

// The shortest text that reads back the same: 0.0003 and 10000 as people write them, 1e-05 beyond.
QString number_text(double value) {
    const double size = std::abs(value);
    const bool plain = value == 0 || (size >= 1e-4 && size < 1e9);
    return QString::number(value, plain ? 'f' : 'g', QLocale::FloatingPointShortest);
}

template <class Widget>
void fill(QWidget* editor, Widget* widget) {
    auto* row = new QHBoxLayout(editor);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(kSpace);
    row->addWidget(widget, 1);
    editor->setFocusProxy(widget);
}

class LineEditor : public ValueEditor {
  public:
    LineEditor(const FieldInfo& field, QWidget* parent)
        : ValueEditor(parent), field_(field), line_(new FieldLineEdit(this)) {
        fill(this, line_);
        line_->set_unit(text(field.unit));
        line_->set_prefix(text(field.prefix));
        line_->setAccessibleName(text(field.label));
        line_->step_by_arrows(field.type == FieldType::integer);
        line_->setAcceptDrops(field.type == FieldType::text);
        connect(line_, &QLineEdit::textEdited, this, &ValueEditor::edited);
        connect(line_, &QLineEdit::editingFinished, this, &ValueEditor::finished);
        connect(line_, &FieldLineEdit::given_up, this, &ValueEditor::given_up);
    }
    Json value(const std::string& where) const override {
        const std::string typed = line_->text().trimmed().toStdString();
        if (typed.empty() && !line_->placeholderText().isEmpty()) return 0;
        if (typed.empty() && field_.type != FieldType::text) throw InputError("{}: type a number", where);
        return parse_value(field_, typed, where);
    }
    void show_value(const Json& value) override {
        const bool meant = !line_->placeholderText().isEmpty() && value == 0;
        set_draft(meant ? QString() : field_text(value));
    }
    void set_placeholder(const QString& text) override {
        line_->setPlaceholderText(text);
        if (!text.isEmpty() && line_->text() == "0" && !line_->hasFocus()) line_->clear();
    }
    QString draft() const override { return line_->text().isEmpty() ? QString("") : line_->text(); }  // never null
    void set_draft(const QString& draft) override {
        line_->setText(draft);
        if (!line_->hasFocus()) line_->setCursorPosition(0);  // a long path shows how it begins
    }
    void take_path(const QString& path) override {
        set_draft(path);
        Q_EMIT edited();
        Q_EMIT finished();
    }

  private:
    const FieldInfo& field_;
    FieldLineEdit* line_;
};

class CheckEditor : public ValueEditor {
  public:
    CheckEditor(const FieldInfo& field, QWidget* parent) : ValueEditor(parent), box_(new QCheckBox(this)) {
        fill(this, box_);
        box_->setAccessibleName(text(field.label));
        connect(box_, &QCheckBox::clicked, this, &ValueEditor::edited);
    }
    Json value(const std::string&) const override { return box_->isChecked(); }
    void show_value(const Json& value) override { box_->setChecked(value.get<bool>()); }

  private:
    QCheckBox* box_;
};

// The wheel scrolls the form; it does not change an option that happens to be under the pointer.
class CalmComboBox : public QComboBox {
  public:
    using QComboBox::QComboBox;

  protected:
    void wheelEvent(QWheelEvent* event) override { event->ignore(); }
};

class ChoiceEditor : public ValueEditor {
  public:
    ChoiceEditor(const FieldInfo& field, QWidget* parent)
        : ValueEditor(parent), kind_(field.type == FieldType::kind), box_(new CalmComboBox(this)) {
        fill(this, box_);
        box_->setAccessibleName(text(field.label));
        box_->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
        box_->setMinimumContentsLength(6);
        if (kind_)
            for (const KindRow* row : KindTable::instance().rows(field.category))
                add(row->label, row->name, text(row->formula + "\n" + row->source));
        else
            for (const std::string& choice : field.choices) add(choice, choice, {});
        box_->view()->setMinimumWidth(box_->view()->sizeHintForColumn(0) + 6 * kSpace);
        connect(box_, &QComboBox::activated, this, [this] {
            box_->setToolTip(box_->currentData(Qt::ToolTipRole).toString());
            Q_EMIT edited();
        });
    }
    Json value(const std::string&) const override {
        const std::string chosen = box_->currentData().toString().toStdString();
        return kind_ ? Json{{"kind", chosen}} : Json(chosen);
    }
    void show_value(const Json& value) override {
        const Json& name = kind_ ? value.at("kind") : value;
        box_->setCurrentIndex(box_->findData(text(name.get<std::string>())));
        box_->setToolTip(box_->currentData(Qt::ToolTipRole).toString());
    }

  private:
    void add(const std::string& label, const std::string& name, const QString& tip) {
        box_->addItem(text(label), text(name));
        box_->setItemData(box_->count() - 1, plain_tooltip({tip}), Qt::ToolTipRole);
    }
    bool kind_;
    QComboBox* box_;
};

// NAME = TEXT, one a line.
class MapEditor : public ValueEditor {
  public:
    MapEditor(const FieldInfo& field, QWidget* parent) : ValueEditor(parent), lines_(new FieldTextEdit(this)) {
        fill(this, lines_);
        lines_->setAccessibleName(text(field.label));
        lines_->setPlaceholderText("name = file");
        lines_->setFixedHeight(kMapHeight);
        lines_->setAcceptDrops(true);
        connect(lines_, &QPlainTextEdit::textChanged, this, &ValueEditor::edited);
        connect(lines_, &FieldTextEdit::given_up, this, &ValueEditor::given_up);
        connect(lines_, &FieldTextEdit::finished, this, &ValueEditor::finished);
    }
    Json value(const std::string& where) const override {
        Json map = Json::object();
        for (const QString& line : lines_->toPlainText().split('\n', Qt::SkipEmptyParts)) {
            const qsizetype sign = line.indexOf('=');
            if (line.trimmed().isEmpty()) continue;
            if (sign < 1) throw InputError("{}: '{}' must be NAME = FILE", where, line.toStdString());
            map[line.first(sign).trimmed().toStdString()] = line.sliced(sign + 1).trimmed().toStdString();
        }
        return map;
    }
    void show_value(const Json& value) override {
        QStringList lines;
        for (const auto& [name, file] : value.items()) lines += text(name) + " = " + text(file.get<std::string>());
        set_draft(lines.join('\n'));
    }
    QString draft() const override { return lines_->toPlainText().isEmpty() ? QString("") : lines_->toPlainText(); }
    void set_draft(const QString& draft) override {
        const QSignalBlocker quiet(lines_);
        lines_->setPlainText(draft);
    }
    // A separate line, named as the file is.
    void take_path(const QString& path) override {
        QString name = QFileInfo(path).completeBaseName();
        name.replace(QRegularExpression("[^A-Za-z0-9._-]"), "-");
        const QString typed = lines_->toPlainText();
        const QString line = (name.isEmpty() ? QString("text") : name) + " = " + path;
        lines_->setPlainText(typed.isEmpty() || typed.endsWith('\n') ? typed + line : typed + '\n' + line);
        Q_EMIT finished();
    }

  private:
    FieldTextEdit* lines_;
};

}  // namespace

void ValueEditor::add_button(QWidget* button) {
    static_cast<QHBoxLayout*>(layout())->addWidget(button, 0, Qt::AlignTop);
}

ValueEditor* ValueEditor::make(const FieldInfo& field, QWidget* parent) {
    switch (field.type) {
        case FieldType::boolean:
            return new CheckEditor(field, parent);
        case FieldType::choice:
        case FieldType::kind:
            return new ChoiceEditor(field, parent);
        case FieldType::map:
            return new MapEditor(field, parent);
        case FieldType::integer:
        case FieldType::real:
        case FieldType::text:
            return new LineEditor(field, parent);
    }
    throw std::logic_error("unknown field type");
}

// What is dropped is the window's to take, where no path is asked for.
FieldLineEdit::FieldLineEdit(QWidget* parent) : QLineEdit(parent) { setAcceptDrops(false); }

void FieldLineEdit::set_unit(const QString& unit) {
    unit_ = unit;
    set_margins();
}

void FieldLineEdit::set_prefix(const QString& prefix) {
    prefix_ = prefix;
    set_margins();
}

void FieldLineEdit::set_margins() {
    const auto room = [this](const QString& words) {
        return words.isEmpty() ? 0 : fontMetrics().horizontalAdvance(words) + kSpace;
    };
    if (unit_.isEmpty() && prefix_.isEmpty()) return;
    setTextMargins(room(prefix_), 0, room(unit_), 0);
}

bool FieldLineEdit::event(QEvent* event) { return leave_undo(event) || QLineEdit::event(event); }

void FieldLineEdit::keyPressEvent(QKeyEvent* event) {
    if (is_undo(event)) return event->ignore();
    if (event->key() == Qt::Key_Escape) return Q_EMIT given_up();
    const int step = event->key() == Qt::Key_Up ? 1 : event->key() == Qt::Key_Down ? -1 : 0;
    bool whole = false;
    const qlonglong number = text().toLongLong(&whole);
    if (!steps_ || step == 0 || !whole) return QLineEdit::keyPressEvent(event);
    setText(QString::number(number + step));
    Q_EMIT textEdited(text());
}

void FieldLineEdit::paintEvent(QPaintEvent* event) {
    QLineEdit::paintEvent(event);
    if (unit_.isEmpty() && prefix_.isEmpty()) return;
    QPainter painter(this);
    painter.setPen(Theme::instance().palette().muted);
    const QRect inside = rect().adjusted(2 * kSpace, 0, -2 * kSpace, 0);
    painter.drawText(inside, Qt::AlignRight | Qt::AlignVCenter, unit_);
    painter.drawText(inside, Qt::AlignLeft | Qt::AlignVCenter, prefix_);
}

void FieldLineEdit::dragEnterEvent(QDragEnterEvent* event) {
    if (dropped_path(event->mimeData()).isEmpty()) return QLineEdit::dragEnterEvent(event);
    event->acceptProposedAction();
}

void FieldLineEdit::dropEvent(QDropEvent* event) {
    const QString path = dropped_path(event->mimeData());
    if (path.isEmpty()) return QLineEdit::dropEvent(event);
    setText(path);
    event->acceptProposedAction();
    Q_EMIT textEdited(path);
}

FieldTextEdit::FieldTextEdit(QWidget* parent) : QPlainTextEdit(parent) {
    setAcceptDrops(false);
    setUndoRedoEnabled(false);
    setTabChangesFocus(true);
    setLineWrapMode(NoWrap);
}

bool FieldTextEdit::event(QEvent* event) { return leave_undo(event) || QPlainTextEdit::event(event); }

void FieldTextEdit::keyPressEvent(QKeyEvent* event) {
    if (is_undo(event)) return event->ignore();
    if (event->key() == Qt::Key_Escape) return Q_EMIT given_up();
    QPlainTextEdit::keyPressEvent(event);
}

void FieldTextEdit::focusOutEvent(QFocusEvent* event) {
    QPlainTextEdit::focusOutEvent(event);
    Q_EMIT finished();
}

void FieldTextEdit::insertFromMimeData(const QMimeData* source) {
    const QString path = dropped_path(source);
    path.isEmpty() ? QPlainTextEdit::insertFromMimeData(source) : insertPlainText(path);
}

QString without_place(const std::string& message, const std::string& place) {
    const bool placed = message.starts_with(place + ": ");
    QString line = text(placed ? message.substr(place.size() + 2) : message);
    const QString first = line.section(' ', 0, 0);
    // The key of an option stays as it is written.
    const bool key = first.contains('_') || (first.contains('.') && first.endsWith(':'));
    if (!key && !line.isEmpty()) line[0] = line[0].toUpper();
    return line;
}

QString field_text(const Json& value) {
    if (value.is_string()) return text(value.get<std::string>());
    if (value.is_number_float()) return number_text(value.get<double>());
    return text(value.dump());
}

QString field_tool_tip(const std::string& key, const FieldInfo& field) {
    QStringList facts;
    if (field.min || field.max) {
        QString range;
        if (field.min) range = (field.above_min ? "above " : "at least ") + number_text(*field.min);
        if (field.max) range += (range.isEmpty() ? "at most " : ", at most ") + number_text(*field.max);
        facts += range;
    }
    if (!field.unit.empty()) facts += "in " + text(field.unit);
    QString tip = "<b>" + text(field.label).toHtmlEscaped() + "</b> " + text(key).toHtmlEscaped();
    if (!field.help.empty()) tip += "<br>" + text(field.help).toHtmlEscaped();
    if (!facts.isEmpty()) tip += "<br>" + facts.join(", ").toHtmlEscaped();
    return tip;
}

}  // namespace ablate::ui
