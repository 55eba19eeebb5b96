// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/format.h"

#include <QLocale>
#include <QTest>

#include <cerrno>
#include <cmath>
#include <limits>

using namespace timeslice;
using namespace std::chrono_literals;

namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();

QString plain(QString text)
{
    return text.replace(QChar(QChar::Nbsp), QLatin1Char(' '));
}

QString plain(const Quantity &quantity)
{
    return plain(quantity.toString());
}

/// Sets the user's locale and puts back what was before.
class InLocale {
public:
    explicit InLocale(const QLocale &locale) { QLocale::setDefault(locale); }
    ~InLocale() { QLocale::setDefault(m_before); }
    InLocale(const InLocale &) = delete;
    InLocale &operator=(const InLocale &) = delete;

private:
    QLocale m_before;
};

QLocale english()
{
    return {QLocale::English, QLocale::UnitedStates};
}
QLocale german()
{
    return {QLocale::German, QLocale::Germany};
}

} // namespace

class TestFormat : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init() { QLocale::setDefault(english()); }

    void numbersKeepTheirSignificantDigits_data();
    void numbersKeepTheirSignificantDigits();
    void quantitiesHaveTheUnitThatFits_data();
    void quantitiesHaveTheUnitThatFits();
    void whatIsNotKnownIsSaidAndNeverZero();
    void roundingNeverLeavesAValueInTheWrongUnit();
    void smallSharesAreNotCalledNothing();
    void timePointsHaveTheDecimalsOfTheirStep();
    void theUsersLocaleIsUsed();
    void noLineBreaksBeforeAUnit();

    void errorsAreSentencesWithARemedy();
};

void TestFormat::numbersKeepTheirSignificantDigits_data()
{
    QTest::addColumn<double>("number");
    QTest::addColumn<QString>("text");
    const auto row = [](double number, const char *text) {
        QTest::newRow(text) << number << QString::fromUtf8(text);
    };
    row(0, "0");
    row(1, "1.00");
    row(49.57, "49.6");
    row(123.4, "123");
    row(1234, "1,234");
    row(1'234'567, "1,234,567");
    row(9.999, "10.0");
    row(99.96, "100");
    row(0.01234, "0.0123");
    row(-49.57, "-49.6");
    row(3.21e15, "3.2E+15");
    row(2.54e-7, "2.5E-07");
}

void TestFormat::numbersKeepTheirSignificantDigits()
{
    QFETCH(double, number);
    QFETCH(QString, text);
    QCOMPARE(formatNumber(number), text);
}

void TestFormat::quantitiesHaveTheUnitThatFits_data()
{
    QTest::addColumn<QString>("shown");
    QTest::addColumn<QString>("text");
    const auto row = [](const Quantity &shown, const char *text) {
        QTest::newRow(text) << plain(shown) << QString::fromUtf8(text);
    };
    row(formatRate(49.6), "49.6 items/s");
    row(formatRate(0.0), "0 items/s");
    row(formatRate(12'345), "12,345 items/s");
    row(formatRate(123'400), "123 k items/s");
    row(formatRate(4.56e6), "4.56 M items/s");
    row(formatRate(7.89e9), "7.89 G items/s");
    row(formatPerSecond(412), "412 /s");
    row(formatPerSecond(0.4993), "0.499 /s");
    row(formatPerSecond(2.5e6), "2.50 M/s");
    row(formatDuration(0), "0 s");
    row(formatDuration(120ns), "120 ns");
    row(formatDuration(34us), "34.0 µs");
    row(formatDuration(0.0341), "34.1 ms");
    row(formatDuration(10), "10.0 s");
    row(formatDuration(90), "1.50 min");
    row(formatDuration(11'520), "3.20 h");
    row(formatDuration(-0.5), "-500 ms");
    row(formatBytes(std::optional<std::uint64_t>(999)), "999 B");
    row(formatBytes(19'200'000.0), "19.2 MB");
    row(formatBytes(1.5e12), "1.50 TB");
    row(formatPercent(0.5), "50 %");
    row(formatPercent(0.0123), "1.2 %");
    row(formatPercent(1), "100 %");
    row(formatCores(1.014), "1.01 cores");
    row(formatCores(128), "128 cores");
    row({formatFactor(1.014), {}}, "×1.01");
    row({formatFactor(198.2), {}}, "×198");
    row({formatCount(20'000), {}}, "20,000");
}

void TestFormat::quantitiesHaveTheUnitThatFits()
{
    QFETCH(QString, shown);
    QFETCH(QString, text);
    QCOMPARE(shown, text);
}

void TestFormat::whatIsNotKnownIsSaidAndNeverZero()
{
    for (const double unknown : {kNan, kInfinity, -kInfinity}) {
        const Quantity nothing{notMeasured(), {}}; // and no unit: "not measured items/s" is no sentence
        QCOMPARE(formatRate(unknown), nothing);
        QCOMPARE(formatPerSecond(unknown), nothing);
        QCOMPARE(formatDuration(unknown), nothing);
        QCOMPARE(formatBytes(unknown), nothing);
        QCOMPARE(formatPercent(unknown), nothing);
        QCOMPARE(formatCores(unknown), nothing);
        QCOMPARE(formatNumber(unknown), notMeasured());
        QCOMPARE(formatFactor(unknown), notMeasured());
        QCOMPARE(formatTimePoint(unknown, 1), notMeasured());
    }
    QCOMPARE(formatRate(std::optional<double>()).toString(), notMeasured());
    QCOMPARE(formatBytes(std::optional<std::uint64_t>()).toString(), notMeasured());
    QCOMPARE(formatCount(std::optional<std::uint64_t>()), notMeasured());
    QCOMPARE(formatFactor(std::optional<double>()), notMeasured());
    QVERIFY(!notMeasured().isEmpty());
}

void TestFormat::roundingNeverLeavesAValueInTheWrongUnit()
{
    QCOMPARE(plain(formatDuration(0.9996)), QStringLiteral("1.00 s")); // not "1,000 ms"
    QCOMPARE(plain(formatDuration(0.0009996)), QStringLiteral("1.00 ms"));
    QCOMPARE(plain(formatDuration(59.96)), QStringLiteral("1.00 min"));
    QCOMPARE(plain(formatBytes(999'600.0)), QStringLiteral("1.00 MB"));
    QCOMPARE(plain(formatRate(999'700)), QStringLiteral("1.00 M items/s"));
    QCOMPARE(plain(formatPercent(0.0996)), QStringLiteral("10 %"));
    QCOMPARE(formatFactor(99.996), QStringLiteral("×100"));
}

void TestFormat::smallSharesAreNotCalledNothing()
{
    QCOMPARE(plain(formatPercent(0.0)), QStringLiteral("0 %"));
    QCOMPARE(plain(formatPercent(0.0001)), QStringLiteral("< 0.1 %"));
    QCOMPARE(plain(formatPercent(0.001)), QStringLiteral("0.1 %"));
}

void TestFormat::timePointsHaveTheDecimalsOfTheirStep()
{
    QCOMPARE(plain(formatTimePoint(4.2, 0.1)), QStringLiteral("4.2 s"));
    QCOMPARE(plain(formatTimePoint(4.2, 1)), QStringLiteral("4 s"));
    QCOMPARE(plain(formatTimePoint(4.2, 0.001)), QStringLiteral("4.200 s"));
    QCOMPARE(plain(formatTimePoint(65, 1)), QStringLiteral("1:05 min"));
    QCOMPARE(plain(formatTimePoint(59.96, 0.1)), QStringLiteral("1:00.0 min")); // not "60.0 s"
    QCOMPARE(plain(formatTimePoint(3605, 1)), QStringLiteral("1:00:05 h"));
    QCOMPARE(plain(formatTimePoint(-4.2, 0.1)), QStringLiteral("-4.2 s"));
    QCOMPARE(plain(formatTimePoint(-0.001, 0.1)), QStringLiteral("0.0 s")); // not "-0.0 s"
}

void TestFormat::theUsersLocaleIsUsed()
{
    const InLocale here(german());
    QCOMPARE(formatNumber(1'234'567), QStringLiteral("1.234.567"));
    QCOMPARE(plain(formatDuration(0.0341)), QStringLiteral("34,1 ms"));
    QCOMPARE(plain(formatPercent(0.0001)), QStringLiteral("< 0,1 %"));
    QCOMPARE(formatCount(20'000), QStringLiteral("20.000"));
    QCOMPARE(plain(formatTimePoint(4.2, 0.1)), QStringLiteral("4,2 s"));
}

void TestFormat::noLineBreaksBeforeAUnit()
{
    QVERIFY(!formatRate(49.6).toString().startsWith(QLatin1String("49.6 ")));
    QVERIFY(formatRate(49.6).toString().contains(QChar(QChar::Nbsp)));
    QCOMPARE((Quantity{QStringLiteral("7"), {}}.toString()), QStringLiteral("7"));
}

void TestFormat::errorsAreSentencesWithARemedy()
{
    const Error full{ErrorKind::System, ENOSPC, "/tmp/run.csv", "the file cannot be written"};
    const QString text = describeForPeople(full);
    QVERIFY2(text.startsWith(QLatin1String("The file cannot be written (/tmp/run.csv: ")), qPrintable(text));
    QCOMPARE(text.count(QLatin1Char('\n')), 1);
    QVERIFY(text.endsWith(remedyFor(full)));
    QVERIFY(remedyFor(full).contains(QLatin1String("another folder")));

    // What says only what happened to something gets it as its subject.
    QCOMPARE(
        describeForPeople({ErrorKind::System, 0, "worker 0", "was killed by SIGKILL"}),
        QStringLiteral("Worker 0 was killed by SIGKILL."));
    QCOMPARE(
        describeForPeople({ErrorKind::Malformed, 0, "/tmp/run.json", "is not a board"}),
        QStringLiteral("/tmp/run.json is not a board."));
    QVERIFY(describeForPeople({ErrorKind::TimedOut, 0, "timeslice-worker", "gave no answer for 5 s"})
                .startsWith(QLatin1String("timeslice-worker gave no answer for 5 s.")));
    QCOMPARE(describeForPeople({ErrorKind::System, 0, "", "was refused"}), QStringLiteral("Was refused."));

    const Error bare{ErrorKind::Malformed, 0, "", ""};
    QVERIFY(!describeForPeople(bare).isEmpty());
    QVERIFY(remedyFor(bare).isEmpty());
    QVERIFY(!describeForPeople(bare).contains(QLatin1Char('\n')));

    QVERIFY(remedyFor({ErrorKind::System, EMFILE, "", "x"}).contains(QLatin1String("ulimit -n")));
    QVERIFY(remedyFor({ErrorKind::System, EAGAIN, "", "x"}).contains(QLatin1String("fewer workers")));
    QVERIFY(remedyFor({ErrorKind::Denied, 0, "", "x"}).contains(QLatin1String("doctor")));
    QVERIFY(remedyFor({ErrorKind::Gone, 0, "/usr/bin/timeslice-worker", "x"})
                .contains(QLatin1String("timeslice-worker")));
}

QTEST_APPLESS_MAIN(TestFormat)
#include "tst_format.moc"
