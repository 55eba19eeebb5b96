// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/model.h"

#include <QFuture>

#include <memory>
#include <optional>

namespace timeslice {

/// How an item ended for whoever awaited it: nothing when it was done.
using ItemEnd = std::optional<Error>;

/// Workers that an event loop hands items to: a pool of threads, or of processes.
///
/// Order: `start` -> `ready` -> (go) `begin` -> `released`, then any number of `carryOut`, then `leave` ->
/// `left`. Where the run is over before it began, `left` follows `begin` at once. Thread: the loop's.
class Executor : public QObject {
    Q_OBJECT

public:
    [[nodiscard]] static std::unique_ptr<Executor> ofThreads(const ModelContext &context);
    [[nodiscard]] static std::unique_ptr<Executor> ofProcesses(const ModelContext &context);

    virtual void start() = 0;
    virtual void begin() = 0;
    /// The item waits until a worker is free. The future is never cancelled.
    [[nodiscard]] virtual QFuture<ItemEnd> carryOut(std::uint64_t item) = 0;
    /// No item is under way any more.
    virtual void leave() = 0;

Q_SIGNALS:
    void failed(const timeslice::Error &error);
    void ready();
    void released();
    void left();
};

} // namespace timeslice
