#include "tests/support/synthetic_runs.h"
#include "tests/support/temp_folder.h"

#include <QImage>
#include <QProcess>
#include <QTest>

using namespace ablate;

// The program `ablate-workbench` as it is started from a terminal.
class ProgramTest : public QObject {
    Q_OBJECT

    test::TempFolder home_;

    struct Output {
        int code;
        QString out, err;
    };
    Output start(const QStringList& arguments, const char* platform = "offscreen") const {
        QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
        environment.insert("XDG_CONFIG_HOME", QString::fromStdString((home_ / "config").string()));
        for (const char* name : {"DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"}) environment.remove(name);
        if (platform) environment.insert("QT_QPA_PLATFORM", platform);
        QProcess process;
        process.setProcessEnvironment(environment);
        process.setWorkingDirectory(QString::fromStdString(home_.path().string()));
        process.start(ABLATE_BIN_DIR "/ablate-workbench", arguments);
        process.waitForFinished(120'000);
        return {process.exitStatus() == QProcess::NormalExit ? process.exitCode() : -1, process.readAllStandardOutput(),
                process.readAllStandardError()};
    }

  private Q_SLOTS:
    void bad_arguments_are_one_line_and_code_2_data() {
        QTest::addColumn<QStringList>("arguments");
        QTest::addColumn<QString>("words");
        QTest::newRow("unknown") << QStringList{"--nonsense"} << "nonsense";
        QTest::newRow("theme") << QStringList{"--theme", "blue"} << "light or dark";
        QTest::newRow("size") << QStringList{"--size", "10x10"} << "WIDTHxHEIGHT";
        QTest::newRow("two workspaces") << QStringList{"a", "b"} << "'b'";
        QTest::newRow("no such folder") << QStringList{"/nowhere/at/all"} << "/nowhere/at/all";
        QTest::newRow("a file") << QStringList{"/etc/passwd"} << "/etc/passwd";
        QTest::newRow("start of nothing") << QStringList{"--start"} << "--study";
        QTest::newRow("start for pictures")
            << QStringList{"--study", "quick", "--start", "--screenshots", "x"} << "--screenshots";
    }
    void bad_arguments_are_one_line_and_code_2() {
        QFETCH(QStringList, arguments);
        QFETCH(QString, words);
        const Output output = start(arguments);
        QCOMPARE(output.code, 2);
        QVERIFY2(output.err.contains(words), qPrintable(output.err));
        QCOMPARE(output.err.count('\n'), 1);
    }

    void help_and_version_need_no_display() {
        QCOMPARE(start({"--help"}, nullptr).code, 0);
        QVERIFY(start({"--help"}, nullptr).out.contains("--screenshots"));
        QVERIFY(start({"--version"}, nullptr).out.startsWith("ablate-workbench "));
    }

    void without_a_display_it_says_so() {
        const Output output = start({}, nullptr);
        QCOMPARE(output.code, 1);
        QVERIFY2(output.err.contains("no display"), qPrintable(output.err));
        QCOMPARE(output.err.count('\n'), 1);
    }

    void pictures_do_not_depend_on_what_was_chosen_before() {
        test::write_measured_study(home_ / "measured");
        const QString folder = QString::fromStdString((home_ / "chosen").string());
        const QString workspace = QString::fromStdString((home_ / "measured").string());
        std::filesystem::create_directories(home_ / "config/ablate");
        QMap<QString, QImage> first;
        for (const char* theme : {"light", "dark"}) {
            home_.write("config/ablate/workbench.conf", std::string("[window]\ntheme=") + theme + "\n");
            const Output output = start({workspace, "--screenshots", folder, "--size", "1100x740"});
            QVERIFY2(output.code == 0, qPrintable(output.err));
            const QImage picture(folder + "/runs.png");
            QVERIFY(!picture.isNull());
            if (first.contains("runs")) QCOMPARE(picture.pixelColor(2, 400), first["runs"].pixelColor(2, 400));
            first["runs"] = picture;
        }
    }

    void every_page_as_a_picture() {
        test::write_measured_study(home_ / "workspace");
        const QString folder = QString::fromStdString((home_ / "pictures").string());
        const QString workspace = QString::fromStdString((home_ / "workspace").string());
        QMap<QString, QImage> light;
        for (const char* theme : {"light", "dark"}) {
            const Output output = start({workspace, "--screenshots", folder, "--theme", theme, "--size", "1100x740"});
            QVERIFY2(output.code == 0, qPrintable(output.err));
            for (const char* page : {"study", "runs", "live", "compare", "report"}) {
                const QImage picture(QString("%1/%2.png").arg(folder, page));
                QCOMPARE(picture.size(), QSize(1100, 740));
                if (light.contains(page)) QVERIFY2(light[page] != picture, page);
                light[page] = picture;
            }
        }
        for (const char* page : {"runs", "live", "compare", "report"}) QVERIFY2(light[page] != light["study"], page);
    }
};

QTEST_GUILESS_MAIN(ProgramTest)
#include "program_test.moc"
