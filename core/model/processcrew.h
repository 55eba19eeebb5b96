// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/model.h"

#include <memory>
#include <vector>

namespace timeslice {

/// How the workers of a ProcessCrew come by their items.
enum class ItemsBy {
    Board, ///< Each takes the next one from the board.
    Request, ///< Each is told which, one at a time (ProcessCrew::request).
};

/// What a child says on its standard output, a byte at a time.
inline constexpr char kReadyByte = 'r'; ///< It is registered and waits for go.
inline constexpr char kDoneByte = '+'; ///< The item it was asked for is done,
inline constexpr char kFailedByte = '-'; ///< or has failed; the board has the text.

/// `timeslice-worker` children as the workers of a run, each on its slot of the same board.
///
/// Order: `start` -> `ready` -> (go) -> `ended` once the last child is gone, also where none could start.
/// Thread: the model's.
class ProcessCrew : public QObject {
    Q_OBJECT

public:
    ProcessCrew(const ModelContext &context, ItemsBy itemsBy);
    /// Kills what still runs.
    ~ProcessCrew() override;

    void start();
    /// The run has begun or will not: `ended` may come from now on.
    void begin();
    /// Closes the children's input: whoever waits is woken, whoever takes requests ends.
    void closeInputs();

    /// Tells a worker that is idle to carry out an item; `requestDone` follows, unless it dies.
    void request(unsigned worker, std::uint64_t item);

Q_SIGNALS:
    /// Every child that still runs waits for go.
    void ready();
    /// A child could not start, died, or gave up.
    void failed(const timeslice::Error &error);
    void requestDone(unsigned worker, bool succeeded);
    /// It takes no more requests; before `failed`, where it died.
    void workerEnded(unsigned worker);
    void ended();

private:
    class Child;
    void readOutput(unsigned index);
    void noteProgress();
    void noteRefused(unsigned index);
    void noteFinished(unsigned index);
    void endWhenAllGone();

    const ModelContext &m_context;
    const ItemsBy m_itemsBy;
    std::vector<std::unique_ptr<Child>> m_children;
    std::size_t m_running = 0;
    bool m_refused = false;
    bool m_isReady = false;
    bool m_begun = false;
    bool m_hasEnded = false;
};

} // namespace timeslice
