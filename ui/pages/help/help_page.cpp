#include "ui/pages/help/help_page.h"

#include "ui/pages/help/help_topics.h"
#include "ui/theme/theme.h"
#include "ui/widgets/labels.h"

#include <QDesktopServices>
#include <QDir>
#include <QFileInfo>
#include <QFontDatabase>
#include <QImage>
#include <QLabel>
#include <QLineEdit>
#include <QListWidget>
#include <QPainter>
#include <QScrollBar>
#include <QShortcut>
#include <QSplitter>
#include <QSvgRenderer>
#include <QTextBlock>
#include <QTextBrowser>
#include <QTextTable>
#include <QVBoxLayout>

namespace ablate::ui {
namespace {

constexpr int kTextWidth = 880;  // px: a hundred letters of code
constexpr int kRowHeight = 28;

QTextCharFormat code_format() {
    QTextCharFormat format;
    format.setFontFamilies({QFontDatabase::systemFont(QFontDatabase::FixedFont).family()});
    format.setFontFixedPitch(true);
    format.setFontPointSize(Theme::instance().font(-1).pointSizeF());
    return format;
}

// Fenced or indented.
bool is_code(const QTextBlock& block) { return block.blockFormat().hasProperty(QTextFormat::BlockCodeLanguage); }

bool has_picture(const QTextBlock& block) { return block.text().contains(QChar::ObjectReplacementCharacter); }

// A text document knows no SVG: the file as an image of `ratio` device pixels to a pixel.
QImage drawn(const QString& file, qreal ratio) {
    QSvgRenderer renderer(file);
    QImage image(renderer.defaultSize() * ratio, QImage::Format_ARGB32_Premultiplied);
    image.fill(Qt::transparent);
    QPainter painter(&image);
    painter.setRenderHint(QPainter::Antialiasing);
    renderer.render(&painter);
    painter.end();
    image.setDevicePixelRatio(ratio);
    return image;
}

// What Markdown leaves open: distances and the ground of code.
void set_block(QTextCursor& cursor, const QTextBlock& block) {
    QTextBlockFormat format = block.blockFormat();
    const int level = format.headingLevel();
    // Qt does not paint the ground between lines set wider.
    format.setLineHeight(is_code(block) || has_picture(block) ? 100 : 125, QTextBlockFormat::ProportionalHeight);
    if (level > 0) {
        format.setTopMargin(level == 1 ? 0 : 5 * kSpace);
        format.setBottomMargin(2 * kSpace);
    } else if (is_code(block)) {
        format.setBackground(Theme::instance().palette().hover);
        format.setLeftMargin(0);
        format.setTopMargin(block.previous().isValid() && !is_code(block.previous()) ? 2 * kSpace : 0);
        format.setBottomMargin(is_code(block.next()) ? 0 : 3 * kSpace);
    } else if (!block.textList()) {
        format.setBottomMargin(2 * kSpace);
    }
    cursor.setPosition(block.position());
    cursor.setBlockFormat(format);
    if (level > 0 || is_code(block)) {
        cursor.setPosition(block.position() + block.length() - 1, QTextCursor::KeepAnchor);
        QTextCharFormat letters = is_code(block) ? code_format() : QTextCharFormat();
        if (level > 0) letters.setFont(Theme::instance().font(level == 1 ? 6 : level == 2 ? 3 : 1, QFont::DemiBold));
        cursor.mergeCharFormat(letters);
    }
}

// Hairlines and a ground for the titles, in the colors of the theme: Qt's own borders are raised and gray.
void set_table(QTextTable& table) {
    const Palette& colors = Theme::instance().palette();
    QTextTableFormat format = table.format();
    format.setBorder(1);
    format.setBorderStyle(QTextFrameFormat::BorderStyle_Solid);
    format.setBorderBrush(colors.line);
    format.setBorderCollapse(true);
    format.setCellPadding(1.5 * kSpace);
    format.setCellSpacing(0);
    format.setBottomMargin(3 * kSpace);
    table.setFormat(format);
    for (int column = 0; column < table.columns(); ++column) {
        QTextTableCell cell = table.cellAt(0, column);
        QTextCharFormat title = cell.format();
        title.setBackground(colors.hover);
        cell.setFormat(title);
    }
}

// Keeps lines short in a wide window.
class ReadingPane : public QTextBrowser {
  public:
    using QTextBrowser::QTextBrowser;

  protected:
    void resizeEvent(QResizeEvent* event) override {
        setViewportMargins(0, 0, std::max(0, width() - kTextWidth), 0);
        QTextBrowser::resizeEvent(event);
    }
};

}  // namespace

struct HelpPage::State {
    explicit State(HelpPage* page);
    void build();
    void fill();             // the list: the pages with the words searched for
    void show_current();     // the page chosen in the list
    void draw_pictures();    // for the theme in force; pages name the light ones
    void format_document();  // again for another theme
    void mark_words();
    void follow(const QUrl& link);

    HelpPage* page;
    QString shown;
    QLineEdit* search = nullptr;
    QListWidget* list = nullptr;
    QLabel* none = nullptr;
    QTextBrowser* text = nullptr;
};

HelpPage::State::State(HelpPage* page) : page(page) {
    build();
    fill();
    connect(search, &QLineEdit::textChanged, page, [this] { fill(); });
    connect(list, &QListWidget::currentItemChanged, page, [this] { show_current(); });
    connect(text, &QTextBrowser::anchorClicked, page, [this](const QUrl& link) { follow(link); });
    connect(&Theme::instance(), &Theme::changed, page, [this] {
        draw_pictures();
        format_document();
    });
}

void HelpPage::State::build() {
    auto* split = new QSplitter(page);
    auto* side = new QWidget(split);
    search = new QLineEdit(side);
    search->setPlaceholderText("Search help");
    search->setAccessibleName("Search help");
    search->setClearButtonEnabled(true);
    list = new QListWidget(side);
    list->setAccessibleName("Help pages");
    none = plain_label("No page has these words.", "muted", side);
    none->setWordWrap(true);
    auto* column = new QVBoxLayout(side);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(2 * kSpace);
    column->addWidget(search);
    column->addWidget(none);
    column->addWidget(list, 1);
    text = new ReadingPane(split);
    text->setAccessibleName("Help page");
    text->setOpenLinks(false);
    text->document()->setDocumentMargin(6 * kSpace);
    split->addWidget(side);
    split->addWidget(text);
    split->setChildrenCollapsible(false);
    split->setStretchFactor(1, 1);
    split->setSizes({260, 900});
    split->setHandleWidth(2 * kSpace);
    auto* all = new QVBoxLayout(page);
    all->setContentsMargins(3 * kSpace, 3 * kSpace, 3 * kSpace, 3 * kSpace);
    all->addWidget(split);
    auto* find = new QShortcut(QKeySequence::Find, page, nullptr, nullptr, Qt::WidgetWithChildrenShortcut);
    connect(find, &QShortcut::activated, search, [this] {
        search->setFocus();
        search->selectAll();
    });
}

void HelpPage::State::fill() {
    const QSignalBlocker quiet(list);
    list->clear();
    for (const HelpTopic& topic : help_topics()) {
        if (!has_words(topic, search->text())) continue;
        auto* item = new QListWidgetItem(topic.title, list);
        item->setSizeHint({0, kRowHeight});
        item->setData(Qt::UserRole, topic.name);
        if (topic.name == shown) list->setCurrentItem(item);
    }
    none->setVisible(list->count() == 0);
    list->setVisible(list->count() > 0);
    mark_words();
}

void HelpPage::State::show_current() {
    const QListWidgetItem* item = list->currentItem();
    if (item) page->show_topic(item->data(Qt::UserRole).toString());
}

void HelpPage::State::draw_pictures() {
    const QStringList names = QDir(":/help").entryList({"*-light.svg"}, QDir::Files);
    for (const QString& name : names) {
        QString file = ":/help/" + name;
        if (Theme::instance().dark()) file.replace("-light.svg", "-dark.svg");
        const QImage image = drawn(file, page->devicePixelRatioF());
        text->document()->addResource(QTextDocument::ImageResource, QUrl(name), image);
    }
    text->document()->markContentsDirty(0, text->document()->characterCount());
}

void HelpPage::State::format_document() {
    QTextCursor cursor(text->document());
    cursor.beginEditBlock();
    for (QTextBlock block = text->document()->begin(); block.isValid(); block = block.next()) set_block(cursor, block);
    for (QTextFrame* frame : text->document()->rootFrame()->childFrames())
        if (auto* table = qobject_cast<QTextTable*>(frame)) set_table(*table);
    cursor.endEditBlock();
}

void HelpPage::State::mark_words() {
    QList<QTextEdit::ExtraSelection> marks;
    const QStringList words = search->text().split(' ', Qt::SkipEmptyParts);
    for (const QString& word : words)
        for (QTextCursor at = text->document()->find(word); !at.isNull(); at = text->document()->find(word, at)) {
            QTextEdit::ExtraSelection mark;
            mark.cursor = at;
            mark.format.setBackground(Theme::instance().palette().selection);
            marks.append(mark);
        }
    text->setExtraSelections(marks);
}

void HelpPage::State::follow(const QUrl& link) {
    if (!link.scheme().isEmpty()) {
        QDesktopServices::openUrl(link);
        return;
    }
    search->clear();
    page->show_topic(QFileInfo(link.path()).completeBaseName());
}

HelpPage::HelpPage(QWidget* parent) : Page(parent), state_(std::make_unique<State>(this)) {
    if (!help_topics().empty()) show_topic(help_topics().front().name);
}

// The widgets go while what they look at is still here.
HelpPage::~HelpPage() { qDeleteAll(findChildren<QWidget*>(Qt::FindDirectChildrenOnly)); }

void HelpPage::show_topic(const QString& topic) {
    State& s = *state_;
    const auto& topics = help_topics();
    const auto found = std::find_if(topics.begin(), topics.end(), [&](const auto& one) { return one.name == topic; });
    if (found == topics.end() || topic == s.shown) return;
    s.shown = topic;
    s.text->setMarkdown(found->text);  // forgets the pictures
    s.draw_pictures();
    s.format_document();
    s.mark_words();
    s.text->verticalScrollBar()->setValue(0);
    for (int row = 0; row < s.list->count(); ++row)
        if (s.list->item(row)->data(Qt::UserRole).toString() == topic) s.list->setCurrentRow(row);
}

QString HelpPage::topic() const { return state_->shown; }

QVariantMap HelpPage::save_state() const { return {{"topic", state_->shown}}; }

void HelpPage::restore_state(const QVariantMap& state) { show_topic(state.value("topic").toString()); }

std::unique_ptr<Page> make_help_page() { return std::make_unique<HelpPage>(); }

}  // namespace ablate::ui
