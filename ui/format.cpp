// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/format.h"

#include <QCoreApplication>
#include <QLocale>

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <cstring>
#include <limits>
#include <span>

namespace timeslice {

namespace {

constexpr double kUnknown = std::numeric_limits<double>::quiet_NaN();

QString words(const char *text)
{
    return QCoreApplication::translate("timeslice", text);
}

double orUnknown(std::optional<double> value)
{
    return value.value_or(kUnknown);
}

// To so many significant digits, so that the unit and the decimals are chosen for what will be shown: 0.9996
// ms is "1 ms" and not "1,000 us".
double rounded(double number, int digits)
{
    if (number == 0)
        return 0;
    const double exponent = std::floor(std::log10(std::abs(number)));
    const double unit = std::pow(10.0, exponent - digits + 1);
    const double result = std::round(number / unit) * unit;
    return std::isfinite(result) ? result : number;
}

struct Step {
    double from; ///< Values of at least this much...
    double factor; ///< ...are shown divided by this...
    const char *unit; ///< ...with this unit.
};

// `steps` ascend; values below the first use the first.
Quantity inSteps(double value, std::span<const Step> steps)
{
    if (!std::isfinite(value))
        return {notMeasured(), {}};
    const double size = std::abs(rounded(value, 3));
    const Step *best = &steps.front();
    for (const auto &step : steps) {
        if (size >= step.from)
            best = &step;
    }
    // 59.96 s took its unit from 60.0: then it is a whole minute, and not 0.999 of one.
    const double shown = std::abs(value) < best->from ? rounded(value, 3) : value;
    return {formatNumber(shown / best->factor), words(best->unit)};
}

// "was killed by SIGKILL": what happened to `where`, so that `where` is the subject of the sentence.
bool lacksSubject(const QString &what)
{
    static constexpr const char *kVerbs[] = {"is ",    "was ",  "has ",  "does ",     "did ",
                                             "ended ", "gave ", "must ", "cannot be "};
    return std::ranges::any_of(
        kVerbs, [&what](const char *verb) { return what.startsWith(QLatin1String(verb)); });
}

QString decimal(double number, int decimals)
{
    return QLocale().toString(number, 'f', decimals);
}

} // namespace

QString Quantity::toString() const
{
    return unit.isEmpty() ? value : value + QChar(QChar::Nbsp) + unit;
}

QString notMeasured()
{
    return words("not measured");
}

QString formatNumber(double number, int digits)
{
    if (!std::isfinite(number))
        return notMeasured();
    const double size = std::abs(rounded(number, digits));
    if (size == 0)
        return decimal(0, 0);
    if (size >= 1e15 || size < 1e-6)
        return QLocale().toString(number, 'g', digits - 1);
    const int exponent = static_cast<int>(std::floor(std::log10(size) + 1e-9));
    return decimal(number, std::max(0, digits - 1 - exponent));
}

Quantity formatRate(double perSecond)
{
    static constexpr Step kSteps[] = {
        {0, 1, QT_TRANSLATE_NOOP("timeslice", "items/s")},
        {1e5, 1e3, QT_TRANSLATE_NOOP("timeslice", "k items/s")},
        {1e6, 1e6, QT_TRANSLATE_NOOP("timeslice", "M items/s")},
        {1e9, 1e9, QT_TRANSLATE_NOOP("timeslice", "G items/s")}};
    return inSteps(perSecond, kSteps);
}

Quantity formatRate(std::optional<double> perSecond)
{
    return formatRate(orUnknown(perSecond));
}

Quantity formatPerSecond(double perSecond)
{
    static constexpr Step kSteps[] = {
        {0, 1, QT_TRANSLATE_NOOP("timeslice", "/s")}, {1e6, 1e6, QT_TRANSLATE_NOOP("timeslice", "M/s")}};
    return inSteps(perSecond, kSteps);
}

Quantity formatPerSecond(std::optional<double> perSecond)
{
    return formatPerSecond(orUnknown(perSecond));
}

Quantity formatDuration(double seconds)
{
    static constexpr Step kSteps[] = {{0, 1e-9, QT_TRANSLATE_NOOP("timeslice", "ns")},
                                      {1e-6, 1e-6, QT_TRANSLATE_NOOP("timeslice", "µs")},
                                      {1e-3, 1e-3, QT_TRANSLATE_NOOP("timeslice", "ms")},
                                      {1, 1, QT_TRANSLATE_NOOP("timeslice", "s")},
                                      {60, 60, QT_TRANSLATE_NOOP("timeslice", "min")},
                                      {3600, 3600, QT_TRANSLATE_NOOP("timeslice", "h")}};
    if (seconds == 0)
        return {decimal(0, 0), words("s")};
    return inSteps(seconds, kSteps);
}

Quantity formatDuration(std::optional<double> seconds)
{
    return formatDuration(orUnknown(seconds));
}

Quantity formatDuration(Nanoseconds duration)
{
    return formatDuration(toSeconds(duration));
}

Quantity formatBytes(double bytes)
{
    static constexpr Step kSteps[] = {
        {0, 1, QT_TRANSLATE_NOOP("timeslice", "B")},
        {1e3, 1e3, QT_TRANSLATE_NOOP("timeslice", "kB")},
        {1e6, 1e6, QT_TRANSLATE_NOOP("timeslice", "MB")},
        {1e9, 1e9, QT_TRANSLATE_NOOP("timeslice", "GB")},
        {1e12, 1e12, QT_TRANSLATE_NOOP("timeslice", "TB")}};
    return inSteps(bytes, kSteps);
}

Quantity formatBytes(std::optional<std::uint64_t> bytes)
{
    return formatBytes(bytes ? static_cast<double>(*bytes) : kUnknown);
}

Quantity formatResult(const ResultField &field, const ResultValue &value)
{
    if (const auto *const text = std::get_if<std::string>(&value))
        return {QString::fromStdString(*text), {}};
    const auto *const number = std::get_if<double>(&value);
    if (number == nullptr)
        return {notMeasured(), {}};
    if (field.unit == "s")
        return formatDuration(*number);
    if (field.unit == "/s")
        return formatPerSecond(*number);
    if (field.unit == "bytes/s") {
        auto amount = formatBytes(*number);
        amount.unit += QStringLiteral("/s");
        return amount;
    }
    constexpr double kExact = 1e15; // up to here a whole number is told to the unit
    const bool isWhole = std::abs(*number) < kExact && *number == std::floor(*number);
    return {
        isWhole ? QLocale().toString(static_cast<qlonglong>(*number)) : formatNumber(*number, 4),
        QString::fromStdString(field.unit)};
}

QString formatParameter(const Parameter &parameter, const ParameterValue &value)
{
    const QString title = QString::fromStdString(parameter.title);
    if (const auto *const id = std::get_if<std::string>(&value)) {
        const auto choice = std::ranges::find(parameter.choices, *id, &Parameter::Choice::id);
        return title + QLatin1Char(' ')
            + QString::fromStdString(choice == parameter.choices.end() ? *id : choice->title);
    }
    if (const auto *const on = std::get_if<bool>(&value))
        return title + QLatin1Char(' ') + (*on ? words("on") : words("off"));
    const auto *const whole = std::get_if<std::int64_t>(&value);
    const QString number = whole ? QLocale().toString(*whole) : formatNumber(std::get<double>(value), 4);
    return title + QLatin1Char(' ') + Quantity{number, QString::fromStdString(parameter.unit)}.toString();
}

Quantity formatPercent(double share)
{
    if (!std::isfinite(share))
        return {notMeasured(), {}};
    const double percent = share * 100;
    const double size = std::abs(percent);
    if (size > 0 && size < 0.05)
        return {QLatin1String("< ") + decimal(0.1, 1), QStringLiteral("%")};
    return {decimal(percent, size > 0 && size < 9.95 ? 1 : 0), QStringLiteral("%")};
}

Quantity formatPercent(std::optional<double> share)
{
    return formatPercent(orUnknown(share));
}

Quantity formatCores(double cores)
{
    if (!std::isfinite(cores))
        return {notMeasured(), {}};
    return {decimal(cores, std::abs(cores) < 99.995 ? 2 : 0), words("cores")};
}

Quantity formatCores(std::optional<double> cores)
{
    return formatCores(orUnknown(cores));
}

QString formatCount(std::uint64_t count)
{
    return QLocale().toString(static_cast<qulonglong>(count));
}

QString formatCount(std::optional<std::uint64_t> count)
{
    return count ? formatCount(*count) : notMeasured();
}

QString formatFactor(double factor)
{
    if (!std::isfinite(factor))
        return notMeasured();
    return QChar(0x00D7) + decimal(factor, std::abs(factor) < 99.995 ? 2 : 0);
}

QString formatFactor(std::optional<double> factor)
{
    return formatFactor(orUnknown(factor));
}

QString formatTimePoint(double seconds, double step)
{
    if (!std::isfinite(seconds))
        return notMeasured();
    const int decimals =
        step > 0 ? std::clamp(static_cast<int>(std::ceil(-std::log10(step) - 1e-9)), 0, 6) : 1;
    const double unit = std::pow(10.0, -decimals);
    const double size = std::round(std::abs(seconds) / unit) * unit;
    const QString sign = seconds < 0 && size > 0 ? QLocale().negativeSign() : QString();
    if (size < 60)
        return sign + decimal(size, decimals) + QChar(QChar::Nbsp) + words("s");

    const auto whole = static_cast<long long>(size);
    const double rest = size - static_cast<double>(whole - whole % 60);
    const QString secondsPart = (rest < 10 ? QStringLiteral("0") : QString()) + decimal(rest, decimals);
    if (whole < 3600)
        return sign + QStringLiteral("%1:%2").arg(whole / 60).arg(secondsPart) + QChar(QChar::Nbsp)
            + words("min");
    return sign
        + QStringLiteral("%1:%2:%3")
              .arg(whole / 3600)
              .arg(whole / 60 % 60, 2, 10, QLatin1Char('0'))
              .arg(secondsPart)
        + QChar(QChar::Nbsp) + words("h");
}

QString describeForPeople(const Error &error)
{
    QString sentence = QString::fromStdString(error.what);
    if (sentence.isEmpty())
        sentence = words("Something failed");
    const QString where = QString::fromStdString(error.where);
    QStringList details;
    if (!where.isEmpty() && lacksSubject(sentence))
        sentence = where + QLatin1Char(' ') + sentence;
    else if (!where.isEmpty())
        details.append(where);
    // "Worker 0 was killed", but not "Timeslice-worker": names of files and programs stay as they are.
    const bool isName = !where.isEmpty() && !where.contains(QLatin1Char(' '));
    if (!isName || !sentence.startsWith(where))
        sentence[0] = sentence[0].toUpper();

    if (error.errnoValue != 0)
        details.append(QString::fromLocal8Bit(std::strerror(error.errnoValue)));
    if (!details.isEmpty())
        sentence += QStringLiteral(" (%1)").arg(details.join(QLatin1String(": ")));
    sentence += QLatin1Char('.');

    const QString remedy = remedyFor(error);
    return remedy.isEmpty() ? sentence : sentence + QLatin1Char('\n') + remedy;
}

QString remedyFor(const Error &error)
{
    switch (error.errnoValue) {
    case EMFILE:
    case ENFILE:
        return words("Too many files are open: use fewer workers, or raise the limit with \"ulimit -n\".");
    case EAGAIN:
        return words(
            "The limit on threads and processes is reached: use fewer workers, or see \"ulimit -u\".");
    case ENOMEM:
        return words("Memory ran out: use fewer workers or smaller items.");
    case ENOSPC:
    case EDQUOT:
        return words("Make room on the disk, or choose another folder.");
    default:
        break;
    }
    if (error.kind == ErrorKind::Gone && error.where.find("timeslice-worker") != std::string::npos)
        return words("The program timeslice-worker belongs beside timeslice: install both again.");
    switch (error.kind) {
    case ErrorKind::Denied:
        return words("\"timeslice doctor\" tells what this machine allows, and how to allow more.");
    case ErrorKind::TimedOut:
        return words("Try again with fewer workers, or when the machine is less busy.");
    case ErrorKind::Deadlock:
        return words(
            "Each waits for the next, so none can go on. Take what is shared in one order, or ask an "
            "arbitrator first: then there is no circle.");
    case ErrorKind::System:
    case ErrorKind::Gone:
    case ErrorKind::Malformed:
    case ErrorKind::Unsupported:
    case ErrorKind::Cancelled:
        break;
    }
    return {};
}

} // namespace timeslice
