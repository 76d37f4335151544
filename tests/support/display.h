#pragma once
#include <QProcess>
#include <QString>
#include <stdexcept>

namespace ablate::test {

// A separate X server, which can be taken away.
class Display {
  public:
    Display() {
        server_.start("Xvfb", {"-displayfd", "1", "-screen", "0", "1440x900x24", "-nolisten", "tcp"});
        if (!server_.waitForStarted() || !server_.waitForReadyRead(30'000)) throw std::runtime_error("no Xvfb");
        name_ = ":" + QString(server_.readAllStandardOutput()).trimmed();
    }
    ~Display() { take_away(); }
    void take_away() {
        server_.kill();
        server_.waitForFinished();
    }
    const QString& name() const { return name_; }

  private:
    QProcess server_;
    QString name_;
};

// Runs this program again on its own display, with everything else as it is; its exit code.
inline int run_again_on_a_display(const QStringList& arguments) {
    const Display display;
    QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
    environment.insert("DISPLAY", display.name());
    environment.insert("QT_QPA_PLATFORM", "xcb");
    environment.remove("WAYLAND_DISPLAY");
    QProcess process;
    process.setProcessEnvironment(environment);
    process.setProcessChannelMode(QProcess::ForwardedChannels);
    process.start(arguments.front(), arguments.mid(1));
    process.waitForFinished(-1);
    return process.exitStatus() == QProcess::NormalExit ? process.exitCode() : 1;
}

}  // namespace ablate::test
