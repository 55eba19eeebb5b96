// SPDX-License-Identifier: GPL-3.0-or-later
// The built program with its window, on an X server of its own.
#include "tests/support/processes.h"
#include "tests/support/xserver.h"
#include "ui/theme.h"

#include <QDeadlineTimer>
#include <QDir>
#include <QElapsedTimer>
#include <QFile>
#include <QImage>
#include <QRegularExpression>
#include <QSet>
#include <QTemporaryDir>
#include <QTest>

#include <csignal>
#include <memory>

using namespace timeslice;

namespace {

constexpr int kPatienceMs = 60'000; ///< Nothing here takes long, but machines may be busy.
/// No process of a run lives longer than 2 s; the rest is for a machine that is busy.
constexpr int kLongestLifeMs = 5'000;

int countPixels(const QImage &image, const QColor &color)
{
    int count = 0;
    for (int y = 0; y < image.height(); ++y) {
        for (int x = 0; x < image.width(); ++x)
            count += image.pixel(x, y) == color.rgb() ? 1 : 0;
    }
    return count;
}

qsizetype colours(const QImage &image)
{
    QSet<QRgb> found;
    for (int y = 0; y < image.height(); ++y) {
        for (int x = 0; x < image.width(); ++x)
            found.insert(image.pixel(x, y));
    }
    return found.size();
}

void write(const QString &path, const QByteArray &content)
{
    QFile file(path);
    QVERIFY(file.open(QIODevice::WriteOnly));
    QCOMPARE(file.write(content), content.size());
}

} // namespace

class TestWindow : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void cleanupTestCase() { m_server.reset(); }

    void aRunEndsAsAPicture_data();
    void aRunEndsAsAPicture();
    void aRunThatCannotBeIsNoHang();
    void noProcessIsLeft_data();
    void noProcessIsLeft();

private:
    /// Starts the program in a new home with these files; "OUT" among the arguments is where its picture
    /// goes.
    std::unique_ptr<QProcess>
    start(const QByteArray &experiment, const QByteArray &settings, QStringList arguments);
    [[nodiscard]] QString path(const char *name) const { return m_home->filePath(QLatin1String(name)); }

    std::unique_ptr<XServer> m_server;
    std::unique_ptr<QTemporaryDir> m_home;
};

void TestWindow::initTestCase()
{
    if (!XServer::isInstalled())
        QSKIP("Xvfb is not installed");
    m_server = std::make_unique<XServer>(QStringLiteral("1920x1080x24"));
    QVERIFY2(!m_server->display().isEmpty(), qPrintable(m_server->problem()));
}

std::unique_ptr<QProcess>
TestWindow::start(const QByteArray &experiment, const QByteArray &settings, QStringList arguments)
{
    m_home = std::make_unique<QTemporaryDir>();
    write(path("experiment.json"), experiment);
    QDir(m_home->path()).mkdir(QStringLiteral("timeslice"));
    write(path("timeslice/timeslice.ini"), settings);
    auto program = std::make_unique<QProcess>();
    auto environment = m_server->environment(m_home->path());
    environment.insert(QStringLiteral("TMPDIR"), m_home->path());
    environment.remove(QStringLiteral("XDG_RUNTIME_DIR"));
    program->setProcessEnvironment(environment);
    program->start(
        QStringLiteral(TIMESLICE_PROGRAM),
        QStringList{path("experiment.json")}
            + arguments.replaceInStrings(QStringLiteral("OUT"), path("window.png")));
    [&] { QVERIFY(program->waitForStarted(kPatienceMs)); }();
    return program;
}

void TestWindow::aRunEndsAsAPicture_data()
{
    QTest::addColumn<bool>("dark");
    QTest::addColumn<QByteArray>("settings");
    QTest::addColumn<QSize>("size");
    const QSize usual(1440, 900);
    QTest::newRow("light") << false << QByteArray("[window]\nappearance=light\n") << usual;
    QTest::newRow("dark") << true << QByteArray("[window]\nappearance=dark\n") << usual;
    QTest::newRow("larger text") << false << QByteArray("[window]\nappearance=light\nscale=1.2\n") << usual;
}

void TestWindow::aRunEndsAsAPicture()
{
    QFETCH(bool, dark);
    QFETCH(QByteArray, settings);
    QFETCH(QSize, size);
    const auto program = start(
        R"({"schema": "timeslice.experiment/1", "workload": "primes", "model": "qthread",)"
        R"( "workers": 2, "duration_s": 2})",
        settings, {QStringLiteral("--run"), QStringLiteral("--screenshot"), QStringLiteral("OUT")});
    QVERIFY(program->waitForFinished(kPatienceMs));
    const QByteArray errors = program->readAllStandardError();
    QVERIFY2(program->exitStatus() == QProcess::NormalExit, errors.constData());
    QVERIFY2(program->exitCode() == 0, errors.constData());
    static const QRegularExpression gap(
        QStringLiteral("^window gap: p50 [\\d.]+ ms, p99 [\\d.]+ ms, max [\\d.]+ ms$"),
        QRegularExpression::MultilineOption);
    QVERIFY2(gap.match(QString::fromUtf8(errors)).hasMatch(), errors.constData());

    const QImage picture(path("window.png"));
    QCOMPARE(picture.size(), size);
    const Theme &theme = dark ? darkTheme() : lightTheme();
    QVERIFY2(colours(picture) > 200, "an empty window has a few");
    const int pixels = size.width() * size.height();
    QVERIFY(countPixels(picture, theme.card) > pixels / 3);
    QVERIFY(countPixels(picture, theme.ground) > pixels / 50);
    QVERIFY(countPixels(picture, theme.text) > 500);
    QVERIFY(countPixels(picture, theme.quietText) > 300);
    // Lines of the charts, in the middle of the window: busy cores and throughput, and switches.
    const QImage charts = picture.copy(size.width() / 4, 0, size.width() / 2, size.height());
    QVERIFY(countPixels(charts, theme.running) > 500);
    QVERIFY(countPixels(charts, theme.preempted) > 50);
    QVERIFY(countPixels(charts, theme.voluntary) > 50);
    const Theme &other = dark ? lightTheme() : darkTheme();
    QCOMPARE(countPixels(charts, other.running), 0);
}

void TestWindow::aRunThatCannotBeIsNoHang()
{
    const auto program = start(
        R"({"schema": "timeslice.experiment/1", "workload": "primes", "model": "no-such-model"})", {},
        {QStringLiteral("--run"), QStringLiteral("--screenshot"), QStringLiteral("OUT")});
    QVERIFY(program->waitForFinished(kPatienceMs));
    QCOMPARE(program->exitCode(), 2);
    QVERIFY(program->readAllStandardError().contains("/model"));
    QVERIFY(!QFile::exists(path("window.png")));
}

void TestWindow::noProcessIsLeft_data()
{
    QTest::addColumn<QString>("key");
    QTest::addColumn<int>("exitCode");
    QTest::newRow("Ctrl+Q") << QStringLiteral("ctrl+q") << 0;
    QTest::newRow("SIGTERM") << QString() << 128 + SIGTERM;
}

void TestWindow::noProcessIsLeft()
{
    QFETCH(QString, key);
    QFETCH(int, exitCode);
    const QString xdotool = QStandardPaths::findExecutable(QStringLiteral("xdotool"));
    if (!key.isEmpty() && xdotool.isEmpty())
        QSKIP("xdotool is not installed");
    const auto program = start(
        R"({"schema": "timeslice.experiment/1", "workload": "primes", "model": "qprocess",)"
        R"( "workers": 3, "duration_s": 600})",
        {}, {QStringLiteral("--run")});
    const auto pid = static_cast<pid_t>(program->processId());
    constexpr std::size_t kFamily = 4; // the supervisor and three workers
    QTRY_VERIFY_WITH_TIMEOUT(
        descendantsOf(pid).size() >= kFamily || program->state() == QProcess::NotRunning, kPatienceMs);
    QVERIFY2(program->state() == QProcess::Running, program->readAllStandardError().constData());
    const auto family = descendantsOf(pid);

    QElapsedTimer sinceEnd; // of the last key: it is not known which one arrived
    if (key.isEmpty()) {
        sinceEnd.start();
        QCOMPARE(::kill(pid, SIGTERM), 0);
    } else {
        // Nobody but us gives the window the focus here. A key that comes too early is nobody's.
        QDeadlineTimer patience(kPatienceMs);
        while (program->state() == QProcess::Running && !patience.hasExpired()) {
            sinceEnd.start();
            QProcess press;
            press.setProcessEnvironment(program->processEnvironment());
            press.start(
                xdotool,
                {QStringLiteral("search"), QStringLiteral("--onlyvisible"), QStringLiteral("--name"),
                 QStringLiteral("Timeslice"), QStringLiteral("windowfocus"), QStringLiteral("key"), key});
            QVERIFY(press.waitForFinished(kPatienceMs));
            program->waitForFinished(500);
        }
    }
    QTRY_COMPARE_WITH_TIMEOUT(program->state(), QProcess::NotRunning, kPatienceMs);
    QCOMPARE(program->exitStatus(), QProcess::NormalExit);
    QCOMPARE(program->exitCode(), exitCode);
    for (const pid_t member : family)
        QTRY_VERIFY_WITH_TIMEOUT(!runs(member), kPatienceMs);
    const auto gone = sinceEnd.elapsed();
    QVERIFY2(gone <= kLongestLifeMs, qPrintable(QStringLiteral("they lived %1 ms longer").arg(gone)));
    // Nor what they worked on.
    const QStringList left = QDir(m_home->path()).entryList({QStringLiteral("timeslice-*")});
    QVERIFY2(left.isEmpty(), qPrintable(left.join(QLatin1Char(' '))));
}

QTEST_GUILESS_MAIN(TestWindow)
#include "tst_window.moc"
