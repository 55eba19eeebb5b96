// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/windowstate.h"

#include "ui/timeline/timelinemenu.h"

#include <QDir>
#include <QFileInfo>
#include <QStandardPaths>

#include <algorithm>
#include <array>
#include <cmath>

namespace timeslice {

namespace {

const QString kGeometry = QStringLiteral("window/geometry");
const QString kSplitter = QStringLiteral("window/splitter");
const QString kAppearance = QStringLiteral("window/appearance");
const QString kScale = QStringLiteral("window/scale");
const QString kSamplingHz = QStringLiteral("lab/sampling_hz");
const QString kArrangement = QStringLiteral("timeline/arrangement");
const QString kOrder = QStringLiteral("timeline/order");
const QString kByCore = QStringLiteral("timeline/coloured_by_core");
const QString kAllMeasured = QStringLiteral("timeline/all_measured");
const QString kMainThread = QStringLiteral("timeline/main_thread");
const QString kTimelineMemory = QStringLiteral("timeline/memory_mib");
const QString kPerWorker = QStringLiteral("charts/per_worker");
const QString kExperiment = QStringLiteral("lab/experiment");
const QString kExportFolder = QStringLiteral("export/folder");

const std::array kAppearanceNames{QStringLiteral("system"), QStringLiteral("light"), QStringLiteral("dark")};

} // namespace

WindowState::WindowState(const QString &file)
    : m_settings(
          file.isEmpty() ? std::make_unique<QSettings>(
                               QSettings::IniFormat, QSettings::UserScope, QStringLiteral("timeslice"),
                               QStringLiteral("timeslice"))
                         : std::make_unique<QSettings>(file, QSettings::IniFormat))
{ }

QByteArray WindowState::geometry() const
{
    return m_settings->value(kGeometry).toByteArray();
}

void WindowState::setGeometry(const QByteArray &geometry)
{
    m_settings->setValue(kGeometry, geometry);
}

QByteArray WindowState::splitter() const
{
    return m_settings->value(kSplitter).toByteArray();
}

void WindowState::setSplitter(const QByteArray &sizes)
{
    m_settings->setValue(kSplitter, sizes);
}

WindowState::Appearance WindowState::appearance() const
{
    const QString name = m_settings->value(kAppearance).toString();
    const auto found = std::ranges::find(kAppearanceNames, name);
    return found == kAppearanceNames.end() ? Appearance::System
                                           : static_cast<Appearance>(found - kAppearanceNames.begin());
}

void WindowState::setAppearance(Appearance appearance)
{
    m_settings->setValue(kAppearance, kAppearanceNames.at(static_cast<std::size_t>(appearance)));
}

double WindowState::number(const QString &key, double fallback, double minimum, double maximum) const
{
    bool isNumber = false;
    const double value = m_settings->value(key).toDouble(&isNumber);
    return isNumber && std::isfinite(value) ? std::clamp(value, minimum, maximum) : fallback;
}

double WindowState::scale() const
{
    return number(kScale, 1.0, kMinScale, kMaxScale);
}

void WindowState::setScale(double scale)
{
    m_settings->setValue(kScale, scale);
}

double WindowState::samplingHz() const
{
    return number(kSamplingHz, 10.0, kMinSamplingHz, kMaxSamplingHz);
}

void WindowState::setSamplingHz(double hz)
{
    m_settings->setValue(kSamplingHz, hz);
}

template <typename Enum>
Enum WindowState::choice(const QString &key, int count) const
{
    const int value = m_settings->value(key).toInt();
    return static_cast<Enum>(value >= 0 && value < count ? value : 0);
}

LaneOptions WindowState::laneOptions() const
{
    LaneOptions options;
    options.arrangement = choice<LaneArrangement>(kArrangement, 3);
    options.order = choice<LaneOrder>(kOrder, 4);
    options.isColouredByCore = m_settings->value(kByCore).toBool();
    options.isAllMeasured = m_settings->value(kAllMeasured).toBool();
    options.showsMainThread = m_settings->value(kMainThread).toBool();
    return options;
}

void WindowState::setLaneOptions(const LaneOptions &options)
{
    m_settings->setValue(kArrangement, static_cast<int>(options.arrangement));
    m_settings->setValue(kOrder, static_cast<int>(options.order));
    m_settings->setValue(kByCore, options.isColouredByCore);
    m_settings->setValue(kAllMeasured, options.isAllMeasured);
    m_settings->setValue(kMainThread, options.showsMainThread);
}

int WindowState::timelineMiB() const
{
    const int value = m_settings->value(kTimelineMemory).toInt();
    const bool isOffered = std::ranges::find(kTimelineMiB, value) != kTimelineMiB.end();
    return isOffered ? value : kDefaultTimelineMiB;
}

void WindowState::setTimelineMiB(int mebibytes)
{
    m_settings->setValue(kTimelineMemory, mebibytes);
}

bool WindowState::isPerWorker() const
{
    return m_settings->value(kPerWorker).toBool();
}

void WindowState::setPerWorker(bool perWorker)
{
    m_settings->setValue(kPerWorker, perWorker);
}

QByteArray WindowState::lastExperiment() const
{
    return m_settings->value(kExperiment).toByteArray();
}

void WindowState::setLastExperiment(const QByteArray &json)
{
    m_settings->setValue(kExperiment, json);
}

QString WindowState::exportFolder() const
{
    const QString remembered = m_settings->value(kExportFolder).toString();
    if (!remembered.isEmpty() && QFileInfo(remembered).isDir())
        return remembered;
    const QString pictures = QStandardPaths::writableLocation(QStandardPaths::PicturesLocation);
    return QFileInfo(pictures).isDir() ? pictures : QDir::homePath();
}

void WindowState::setExportFolder(const QString &folder)
{
    m_settings->setValue(kExportFolder, folder);
}

} // namespace timeslice
