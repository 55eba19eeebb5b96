// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/charts/chartstack.h"

#include "ui/charts/chartcursor.h"
#include "ui/charts/chartfeed.h"
#include "ui/charts/charttable.h"
#include "ui/charts/recordingpicture.h"

#include <QElapsedTimer>
#include <QTimer>
#include <QToolButton>
#include <QVBoxLayout>

#include <algorithm>
#include <cmath>
#include <utility>

namespace timeslice {

namespace {

constexpr int kCardGap = 16;
constexpr int kButtonGap = 16;
// How they share the height: the first has the busiest lines, the last one the time labels as well.
constexpr int kFirstStretch = 120;
constexpr int kStretch = 100;
constexpr int kLastStretch = 108;
constexpr int kFastestMs = 33;
constexpr int kSlowestMs = 250;

} // namespace

class ChartStack::Private {
public:
    Private(ChartStack *stack, ThemeController *controller, int cpuCount)
        : q(stack)
        , themes(controller)
        , look(controller->theme(), controller->scale(), hasEndLabels(cpuCount), stack->devicePixelRatioF())
        , readout(stack)
        , rangeButton(new QToolButton(stack))
    { }

    // Until the first frame tells which cores there are, room is left by their number; the plots do not jump
    // then.
    static bool hasEndLabels(int cpuCount)
    {
        return cpuCount > 2 && cpuCount <= static_cast<int>(kMostLines);
    }

    void addCard();
    void connectCard(std::size_t index);
    /// Shows as many cards as there are charts now.
    void arrange();
    void showQuantitiesOf(const std::optional<Experiment> &experiment);
    void update();
    void updateSoon();
    void updateCursor();
    void refreshSpecs();
    void updateBand();
    void updateRangeState();
    void drawCrosshair(const TimeWindow &window, std::size_t row);
    void wear();
    void forgetScale();
    [[nodiscard]] ValueTicks ticksOf(std::size_t index, const ChartSpec &spec, const TimeWindow &window);
    [[nodiscard]] std::optional<std::size_t> indexOf(const QString &id) const;
    [[nodiscard]] std::optional<std::size_t> heatRowAt(std::size_t index) const;
    [[nodiscard]] QString caption() const;

    ChartStack *q;
    ThemeController *themes;
    std::vector<ChartCard *> cards; ///< Child widgets; one for each spec is visible, the others wait.
    PlotLook look;
    Readout readout;
    QToolButton *rangeButton; ///< Child widget: from all of the run to a range of it, and back.
    QString note; ///< On all cards.

    ChartFeed feed{MonotonicClock::now()};
    ChartChoices choices;
    std::vector<ValueAxis> valueAxes; ///< By card.
    std::vector<ChartSpec> specs; ///< Refer to the feed's columns, so they are made anew in each update.
    ChartCursor cursor;
    QPointF pointer; ///< In the stack; the readout stands beside it.
    std::size_t pointedAt = 0;
    std::optional<std::pair<double, double>> marked; ///< Seconds of CLOCK_MONOTONIC.
    std::size_t current = 0;

    QElapsedTimer sinceUpdate;
    QTimer later;
    bool isStale = true; ///< Something came while hidden.
};

ValueTicks ChartStack::Private::ticksOf(std::size_t index, const ChartSpec &spec, const TimeWindow &window)
{
    if (spec.scale == ChartSpec::Scale::Shares)
        return shareTicks();
    const RowRange rows = rowsInView(window);
    valueAxes[index].show(spec.highest(rows.first, rows.last));
    return valueAxes[index].ticks();
}

void ChartStack::Private::update()
{
    if (!q->isVisible()) {
        isStale = true;
        return;
    }
    isStale = false;
    later.stop();
    sinceUpdate.start();
    const TimeWindow window = feed.window();
    refreshSpecs();
    if (!window.columns->isEmpty() && needEndLabels(specs) != look.hasEndLabels())
        wear();
    updateRangeState(); // before the plots: it takes room from a header
    const RowRange rows = rowsInside(window);
    for (std::size_t i = 0; i < specs.size(); ++i) {
        cards[i]->show(specs[i], window, ticksOf(i, specs[i], window));
        cards[i]->describe(rows.last > rows.first ? describeRow(specs[i], rows.last - 1) : QString());
    }
    updateCursor();
    updateBand();
}

// Samples may have come since the last picture, and moved the columns that the specs refer to.
void ChartStack::Private::refreshSpecs()
{
    specs = chartSpecs(*feed.window().columns, themes->theme(), choices);
}

void ChartStack::Private::updateBand()
{
    const TimeWindow window = feed.window();
    std::optional<std::pair<double, double>> shares;
    if (marked)
        shares = {
            window.axis.toX(marked->first - window.origin, 1),
            window.axis.toX(marked->second - window.origin, 1)};
    if (shares && (shares->second <= 0 || shares->first >= 1))
        shares.reset(); // not in view
    for (auto *card : cards)
        card->setBand(shares);
}

// Says on the charts that they show a range only, and offers what they do not show.
void ChartStack::Private::updateRangeState()
{
    const bool hasRange = feed.rangeAxis().has_value();
    const bool isShown = hasRange && feed.isRangeWanted();
    QStringList notes;
    if (feed.isPaused())
        notes.append(tr("paused"));
    if (isShown)
        notes.append(tr("range only"));
    if (const auto text = notes.join(QLatin1String(", ")); std::exchange(note, text) != text) {
        for (auto *card : cards)
            card->setNote(text);
    }
    rangeButton->setText(isShown ? tr("Show all") : tr("Show range"));
    rangeButton->setAccessibleName(isShown ? tr("Show all of the run") : tr("Show the range only"));
    // Beside the legend, where it covers nothing.
    const QSize size = rangeButton->sizeHint();
    cards[0]->setHeaderRoom(hasRange ? size.width() + kButtonGap * themes->scale() : 0);
    const QRectF room = cards[0]->headerRoom().translated(cards[0]->pos());
    QRect place(QPoint(), size);
    place.moveCenter(room.center().toPoint());
    place.moveRight(static_cast<int>(room.right()));
    rangeButton->setGeometry(place);
    rangeButton->setVisible(hasRange);
    rangeButton->raise();
}

void ChartStack::Private::drawCrosshair(const TimeWindow &window, std::size_t row)
{
    for (std::size_t i = 0; i < specs.size(); ++i) {
        const double top = specs[i].scale == ChartSpec::Scale::Shares ? 1 : valueAxes[i].top();
        cards[i]->setCrosshair(crosshairAt(row, specs[i], window, top, cards[i]->plotRect().size()));
    }
}

// Not more often than the picture moves by a pixel.
void ChartStack::Private::updateSoon()
{
    if (!q->isVisible()) {
        isStale = true;
        return;
    }
    const double width = std::max(1.0, cards[0]->plotRect().width());
    const int every =
        std::clamp(static_cast<int>(feed.window().axis.span() / width * 1000), kFastestMs, kSlowestMs);
    const qint64 wait = sinceUpdate.isValid() ? every - sinceUpdate.elapsed() : 0;
    // A frame that comes a little early is not worth a timer of its own.
    if (wait <= 10)
        update();
    else if (!later.isActive())
        later.start(static_cast<int>(wait));
}

void ChartStack::Private::updateCursor()
{
    const TimeWindow window = feed.window();
    const auto row = cursor.row(window);
    if (!row) {
        for (auto *card : cards)
            card->setCrosshair({});
        readout.hide();
        return;
    }
    drawCrosshair(window, *row);
    std::vector<std::optional<std::size_t>> heatRows(specs.size());
    for (std::size_t i = 0; i < specs.size(); ++i)
        heatRows[i] = heatRowAt(i);
    const QRectF plot = cards[pointedAt]->plotRect().translated(cards[pointedAt]->pos());
    const double interval = static_cast<double>(window.columns->seconds()[*row]);
    readout.show(
        formatTimePoint(window.columns->times()[*row] - window.origin, std::clamp(interval * 1.2, 1e-3, 0.1)),
        readoutAt(*row, specs, heatRows), QPointF(plot.left() + window.toX(*row, plot.width()), pointer.y()),
        look);
}

// Which row of a heat map the pointer is on.
std::optional<std::size_t> ChartStack::Private::heatRowAt(std::size_t index) const
{
    const QRectF plot = cards[index]->plotRect();
    const double y = pointer.y() - cards[index]->y() - plot.top();
    if (index != pointedAt || y < 0 || y >= plot.height())
        return std::nullopt;
    const auto rows =
        std::count_if(specs[index].tracks.begin(), specs[index].tracks.end(), [](const Track &track) {
            return !track.hatched;
        });
    return static_cast<std::size_t>(y / plot.height() * static_cast<double>(rows));
}

void ChartStack::Private::wear()
{
    const bool isEmpty = feed.window().columns->isEmpty();
    look = PlotLook(
        themes->theme(), themes->scale(), isEmpty ? look.hasEndLabels() : needEndLabels(specs),
        q->devicePixelRatioF());
    for (auto *card : cards)
        card->setLook(look);
    q->layout()->setSpacing(static_cast<int>(std::lround(kCardGap * themes->scale())));
}

void ChartStack::Private::forgetScale()
{
    cursor.clear();
    for (auto &axis : valueAxes)
        axis.reset();
}

std::optional<std::size_t> ChartStack::Private::indexOf(const QString &id) const
{
    const auto index = q->chartIds().indexOf(id);
    return index < 0 ? std::nullopt : std::optional(static_cast<std::size_t>(index));
}

QString ChartStack::Private::caption() const
{
    if (const auto &recording = feed.recording())
        return pictureCaption(*recording);
    return feed.experiment() ? experimentCaption(*feed.experiment()) : QString();
}

void ChartStack::Private::addCard()
{
    auto *const card = new ChartCard(q);
    card->setLook(look);
    qobject_cast<QVBoxLayout *>(q->layout())->addWidget(card);
    cards.push_back(card);
    valueAxes.emplace_back();
    connectCard(cards.size() - 1);
}

void ChartStack::Private::arrange()
{
    while (cards.size() < specs.size())
        addCard();
    auto *const layout = qobject_cast<QVBoxLayout *>(q->layout());
    const int last = static_cast<int>(specs.size()) - 1;
    for (int i = 0; i < static_cast<int>(cards.size()); ++i) {
        auto *const card = cards[static_cast<std::size_t>(i)];
        card->setVisible(i <= last);
        card->setTimeShown(i == last);
        layout->setStretch(i, i == 0 ? kFirstStretch : i == last ? kLastStretch : kStretch);
        if (i <= last)
            card->setAccessibleName(tr("%1 chart").arg(specs[static_cast<std::size_t>(i)].title));
    }
    if (current >= specs.size())
        current = 0;
    if (pointedAt >= specs.size())
        pointedAt = 0;
}

void ChartStack::Private::showQuantitiesOf(const std::optional<Experiment> &experiment)
{
    choices.extra = experiment ? extraQuantities(*experiment) : ExtraQuantities();
    const auto before = q->chartIds();
    refreshSpecs();
    if (q->chartIds() != before)
        arrange();
}

void ChartStack::Private::connectCard(std::size_t index)
{
    auto *card = cards[index];
    connect(card, &ChartCard::hovered, q, [this, index, card](QPointF at) {
        pointedAt = index;
        pointer = QPointF(card->pos()) + card->plotRect().topLeft() + at;
        const double share = std::clamp(at.x() / card->plotRect().width(), 0.0, 1.0);
        cursor.pointAt(share);
        refreshSpecs();
        updateCursor();
        const auto window = feed.window();
        Q_EMIT q->pointed(window.origin + window.axis.toSeconds(share, 1));
    });
    connect(card, &ChartCard::hoverEnded, q, [this] {
        cursor.clear();
        updateCursor();
        Q_EMIT q->pointed(std::nullopt);
    });
    connect(card, &ChartCard::stepped, q, [this, index, card](ChartCard::Step step) {
        pointedAt = index;
        pointer = card->geometry().center();
        cursor.step(step, feed.window());
        refreshSpecs();
        updateCursor();
        if (const auto row = cursor.row(feed.window()))
            card->describe(describeRow(specs[index], *row));
    });
    connect(card, &ChartCard::doubleClicked, q, [this] {
        if (feed.rangeAxis())
            q->setRangeWanted(!feed.isRangeWanted());
    });
    connect(card, &ChartCard::focused, q, [this, index] { current = index; });
    connect(card, &ChartCard::tableRequested, q, [this, index] {
        q->showTable(q->chartIds().at(static_cast<qsizetype>(index)));
    });
    // Laid out anew once all cards have their place.
    connect(card, &ChartCard::resized, q, [this] { later.start(0); });
}

ChartStack::ChartStack(ThemeController *themes, int cpuCount, QWidget *parent)
    : QWidget(parent)
    , d(std::make_unique<Private>(this, themes, cpuCount))
{
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    d->refreshSpecs();
    d->arrange();
    d->wear();
    d->rangeButton->hide();
    d->rangeButton->setProperty("control", true);
    d->rangeButton->setFocusPolicy(Qt::TabFocus);
    d->rangeButton->setToolTip(
        tr("All of the run, or the range that is looked at on the timeline (Ctrl+R, double click)"));
    connect(d->rangeButton, &QToolButton::clicked, this, [this] { setRangeWanted(!isRangeWanted()); });
    d->later.setSingleShot(true);
    connect(&d->later, &QTimer::timeout, this, [this] { d->update(); });
    connect(themes, &ThemeController::changed, this, [this] {
        d->wear();
        d->update();
    });
}

// The window goes, and with it the focus, after `d` has gone: by then no card may report any more.
ChartStack::~ChartStack()
{
    for (auto *card : d->cards)
        card->disconnect(this);
}

QStringList ChartStack::chartIds() const
{
    QStringList ids;
    for (const auto &spec : d->specs)
        ids.append(spec.id);
    return ids;
}

QString ChartStack::chartTitle(const QString &id) const
{
    const auto index = d->indexOf(id);
    return index ? d->specs[*index].title : QString();
}

QString ChartStack::currentChart() const
{
    return chartIds().at(static_cast<qsizetype>(d->current));
}

void ChartStack::settle()
{
    d->update();
}

bool ChartStack::isPaused() const
{
    return d->feed.isPaused();
}

bool ChartStack::isRangeWanted() const
{
    return d->feed.isRangeWanted();
}

bool ChartStack::isPerWorker() const
{
    return d->choices.perWorker;
}

QImage ChartStack::renderChart(const QString &id, QSize pixels, double scale) const
{
    const auto index = d->indexOf(id);
    if (!index)
        return {};
    TimeWindow window = d->feed.window();
    window.isMoving = false;
    const auto specs = chartSpecs(*window.columns, d->themes->theme(), d->choices);
    return paintChart(
        *index, specs, window, d->ticksOf(*index, specs[*index], window), d->themes->theme(), d->caption(),
        d->themes->theme().card, pixels, std::clamp(scale, 0.5, 8.0));
}

QImage ChartStack::renderRecording(
    const Recording &recording, const Theme &theme, QSize pixels, double scale, const Verdict *verdict)
{
    return paintRecording(recording, theme, pixels, std::clamp(scale, 0.5, 8.0), verdict);
}

void ChartStack::addFrame(const Frame &frame)
{
    d->choices.hasExactCores |=
        std::ranges::any_of(frame.points, [](const SeriesPoint &point) { return !point.cpuOurs.empty(); });
    if (d->feed.add(frame.points))
        d->updateSoon();
}

void ChartStack::beginRun(const Experiment &experiment)
{
    setPaused(false);
    d->feed.beginRun(experiment);
    d->choices.hasExactCores = false; // until its first points say so
    d->showQuantitiesOf(experiment);
    d->forgetScale();
    d->update();
}

void ChartStack::markGo(MonotonicTime go)
{
    d->feed.markGo(go);
    d->update();
}

void ChartStack::endRun(const RecordingPtr &recording)
{
    showRecording(recording);
}

void ChartStack::showRecording(const RecordingPtr &recording)
{
    setPaused(false);
    d->feed.showRecording(recording);
    d->choices.hasExactCores = d->feed.recording() && recording->trace.source == TraceSource::Perf;
    d->showQuantitiesOf(d->feed.experiment());
    d->forgetScale();
    d->update();
}

void ChartStack::markRange(std::optional<std::pair<double, double>> seconds)
{
    if (seconds == d->marked)
        return;
    d->marked = seconds;
    if (isVisible())
        d->updateBand();
}

void ChartStack::showRange(std::optional<std::pair<double, double>> seconds)
{
    const auto before = d->feed.rangeAxis();
    d->feed.setRange(seconds);
    if (d->feed.rangeAxis() != before)
        d->updateSoon();
}

void ChartStack::setRangeWanted(bool wanted)
{
    if (wanted == isRangeWanted())
        return;
    d->feed.setRangeWanted(wanted);
    d->update();
    Q_EMIT rangeWantedChanged(wanted);
}

void ChartStack::pointAt(std::optional<double> seconds)
{
    const auto window = d->feed.window();
    const bool isInView = seconds && *seconds >= window.origin + window.axis.begin
        && *seconds <= window.origin + window.axis.end;
    if (isInView && !window.columns->isEmpty() && isVisible()) {
        d->refreshSpecs();
        d->drawCrosshair(window, window.columns->nearestRow(*seconds));
    } else {
        d->refreshSpecs();
        d->updateCursor(); // back to where the charts' own pointer is, or away
    }
}

void ChartStack::setPaused(bool paused)
{
    if (paused == isPaused())
        return;
    d->feed.setPaused(paused);
    d->update();
}

void ChartStack::setBaseline(std::optional<double> itemsPerSecond, const QString &label)
{
    const auto line = itemsPerSecond ? std::optional(ReferenceLine{*itemsPerSecond, label}) : std::nullopt;
    if (line == d->choices.baseline)
        return;
    d->choices.baseline = line;
    d->update();
}

void ChartStack::setPerWorker(bool perWorker)
{
    if (perWorker == d->choices.perWorker)
        return;
    d->choices.perWorker = perWorker;
    d->valueAxes[*d->indexOf(QStringLiteral("throughput"))].reset();
    d->update();
}

void ChartStack::showTable(const QString &id)
{
    const auto index = d->indexOf(id);
    if (!index)
        return;
    const TimeWindow window = d->feed.window();
    const auto specs = chartSpecs(*window.columns, d->themes->theme(), d->choices);
    auto *table = new ChartTableWindow(tableOf(specs[*index], window), this);
    table->show();
}

void ChartStack::showEvent(QShowEvent *event)
{
    QWidget::showEvent(event);
    if (d->isStale)
        d->later.start(0);
}

} // namespace timeslice
