#include "ui/pages/help/help_page.h"

#include "ui/pages/help/help_topics.h"
#include "ui/theme/theme.h"

#include <QDir>
#include <QImage>
#include <QLineEdit>
#include <QListWidget>
#include <QRegularExpression>
#include <QTest>
#include <QTextBlock>
#include <QTextBrowser>
#include <QTextDocument>
#include <QTextTable>
#include <QUrl>

using namespace ablate::ui;

class HelpPageTest : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void initTestCase() { Theme::instance().choose(ThemeChoice::light); }

    void every_file_of_resources_help_is_a_topic_with_a_title() {
        const QStringList files = QDir(ABLATE_SOURCE_DIR "/resources/help").entryList({"*.md"});
        QVERIFY(files.size() > 5);
        QCOMPARE(help_topics().size(), static_cast<std::size_t>(files.size()));
        QCOMPARE(help_topics().front().name, QString("overview"));
        for (const HelpTopic& topic : help_topics()) QVERIFY2(topic.title != topic.name, qPrintable(topic.name));
    }

    void every_link_between_pages_leads_to_one() {
        static const QRegularExpression link("\\]\\(([a-z-]+)\\.md(#[a-z-]+)?\\)");
        for (const HelpTopic& topic : help_topics())
            for (auto match = link.globalMatch(topic.text); match.hasNext();) {
                const QString target = match.next().captured(1);
                const bool known = std::any_of(help_topics().begin(), help_topics().end(),
                                               [&](const HelpTopic& other) { return other.name == target; });
                QVERIFY2(known, qPrintable(topic.name + " links to " + target));
            }
    }

    void code_has_a_background() {
        HelpPage page;
        page.show_topic("getting-started");
        const QTextDocument& text = *page.findChild<QTextBrowser*>()->document();
        int lines = 0;
        for (QTextBlock block = text.begin(); block.isValid(); block = block.next()) {
            const bool grounded = block.blockFormat().background().color() == Theme::instance().palette().hover;
            QCOMPARE(grounded, block.text().startsWith("ablate ") || block.text().startsWith("packaging/run  ") ||
                                   block.text().startsWith("packaging/test"));
            lines += grounded;
        }
        QVERIFY(lines > 5);
    }

    // The document must know each picture that a page names, and it must follow the theme.
    void pictures_are_drawn_in_the_colors_of_the_theme() {
        HelpPage page;
        QTextDocument& text = *page.findChild<QTextBrowser*>()->document();
        static const QRegularExpression picture("\\]\\(([a-z-]+\\.svg)\\)");
        int pictures = 0;
        for (const HelpTopic& topic : help_topics())
            for (auto match = picture.globalMatch(topic.text); match.hasNext(); ++pictures) {
                const QUrl name(match.next().captured(1));
                const auto image = [&] { return text.resource(QTextDocument::ImageResource, name).value<QImage>(); };
                const QImage light = image();
                QVERIFY2(!light.isNull(), qPrintable(topic.name));
                Theme::instance().choose(ThemeChoice::dark);
                const QImage dark = image();
                Theme::instance().choose(ThemeChoice::light);
                QVERIFY(dark.size() == light.size() && dark != light);
            }
        QVERIFY(pictures > 0);
    }

    void tables_have_the_colors_of_the_theme() {
        HelpPage page;
        page.show_topic("runs");
        const QTextDocument& document = *page.findChild<QTextBrowser*>()->document();
        const auto first = [&] {
            for (QTextFrame* frame : document.rootFrame()->childFrames())
                if (auto* table = qobject_cast<QTextTable*>(frame)) return table;
            return static_cast<QTextTable*>(nullptr);
        };
        for (const ThemeChoice choice : {ThemeChoice::dark, ThemeChoice::light}) {
            Theme::instance().choose(choice);
            QVERIFY(first());
            const Palette& colors = Theme::palette_of(choice == ThemeChoice::dark);
            QCOMPARE(first()->format().borderBrush().color(), colors.line);
            QCOMPARE(first()->cellAt(0, 0).format().background().color(), colors.hover);
        }
    }

    void the_overview_leads_to_every_page() {
        const QString& overview = help_topics().front().text;
        for (const HelpTopic& topic : help_topics())
            QVERIFY2(topic.name == "overview" || overview.contains("(" + topic.name + ".md)"), qPrintable(topic.name));
    }

    void words_narrow_the_list_and_are_marked() {
        HelpPage page;
        page.resize(900, 600);
        page.show();
        auto* list = page.findChild<QListWidget*>();
        const int all = list->count();
        QTest::keyClicks(page.findChild<QLineEdit*>(), "tokenize");
        QVERIFY(list->count() >= 1 && list->count() < all);
        page.findChild<QLineEdit*>()->setText("zzzz no such word");
        QVERIFY(list->isHidden());
        page.findChild<QLineEdit*>()->setText("runs");
        QVERIFY(!page.findChild<QTextBrowser*>()->extraSelections().isEmpty());
    }

    void keys_go_through_the_pages_and_links_lead_on() {
        HelpPage page;
        page.show();
        auto* list = page.findChild<QListWidget*>();
        auto* text = page.findChild<QTextBrowser*>();
        QCOMPARE(page.topic(), QString("overview"));
        list->setFocus();
        QTest::keyClick(list, Qt::Key_Down);
        QCOMPARE(page.topic(), list->item(1)->data(Qt::UserRole).toString());
        Q_EMIT text->anchorClicked(QUrl("reports.md"));
        QCOMPARE(page.topic(), QString("reports"));
        QCOMPARE(list->currentItem()->text(), QString("Reports"));
        page.show_topic("no such page");
        QCOMPARE(page.topic(), QString("reports"));
        HelpPage next;
        next.restore_state(page.save_state());
        QCOMPARE(next.topic(), QString("reports"));
    }
};

QTEST_MAIN(HelpPageTest)
#include "help_page_test.moc"
