// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/executor.h"

#include "core/model/poolcrew.h"
#include "core/model/processcrew.h"

#include <QPromise>
#include <QtConcurrentRun>

#include <deque>
#include <map>

namespace timeslice {

namespace {

class ThreadExecutor final : public Executor {
public:
    explicit ThreadExecutor(const ModelContext &context)
        : m_board(*context.board)
        , m_crew(context)
    {
        connect(&m_crew, &PoolCrew::failed, this, &Executor::failed);
        connect(&m_crew, &PoolCrew::entered, this, &Executor::ready);
        connect(&m_crew, &PoolCrew::released, this, [this] {
            if (m_board.goTime())
                Q_EMIT released();
            else
                m_crew.leave();
        });
        connect(&m_crew, &PoolCrew::left, this, &Executor::left);
    }

    void start() override { m_crew.enter(); }
    void begin() override
    {
        if (m_crew.isEntering())
            m_crew.abandon();
    }
    QFuture<ItemEnd> carryOut(std::uint64_t item) override
    {
        return QtConcurrent::run(m_crew.pool(), [this, item]() -> ItemEnd {
            const auto done = m_crew.session().carryOut(item);
            return done ? ItemEnd() : done.error();
        });
    }
    void leave() override { m_crew.leave(); }

private:
    const Board &m_board;
    PoolCrew m_crew;
};

class ProcessExecutor final : public Executor {
public:
    explicit ProcessExecutor(const ModelContext &context)
        : m_board(*context.board)
        , m_crew(context, ItemsBy::Request)
    {
        for (unsigned worker = context.experiment->workers; worker > 0; --worker)
            m_idle.push_back(worker - 1);
        connect(&m_crew, &ProcessCrew::failed, this, &Executor::failed);
        connect(&m_crew, &ProcessCrew::ready, this, &Executor::ready);
        connect(&m_crew, &ProcessCrew::requestDone, this, &ProcessExecutor::noteDone);
        connect(&m_crew, &ProcessCrew::workerEnded, this, &ProcessExecutor::noteEnded);
        connect(&m_crew, &ProcessCrew::ended, this, &Executor::left);
    }

    void start() override { m_crew.start(); }
    void begin() override
    {
        if (m_board.goTime())
            Q_EMIT released();
        else
            leave();
    }
    QFuture<ItemEnd> carryOut(std::uint64_t item) override
    {
        auto &job = m_waiting.emplace_back(Job{item, {}});
        job.promise.start();
        auto future = job.promise.future();
        handOut();
        return future;
    }
    void leave() override
    {
        m_crew.begin();
        m_crew.closeInputs();
    }

private:
    struct Job {
        std::uint64_t item;
        QPromise<ItemEnd> promise;
    };

    void handOut()
    {
        while (!m_idle.empty() && !m_waiting.empty()) {
            const auto worker = m_idle.back();
            m_idle.pop_back();
            auto job = std::move(m_waiting.front());
            m_waiting.pop_front();
            m_crew.request(worker, job.item);
            m_busy.emplace(worker, std::move(job));
        }
    }

    static void end(Job job, ItemEnd how)
    {
        job.promise.addResult(std::move(how));
        job.promise.finish(); // resumes who awaits it, when the loop comes to it
    }

    void noteDone(unsigned worker, bool succeeded)
    {
        const auto found = m_busy.find(worker);
        if (found == m_busy.end())
            return;
        auto job = std::move(found->second);
        m_busy.erase(found);
        m_idle.push_back(worker);
        end(std::move(job), succeeded ? ItemEnd() : failureOf(worker));
        handOut();
    }

    // What it was asked for is broken, and so is what nobody is left to be asked for.
    void noteEnded(unsigned worker)
    {
        std::erase(m_idle, worker);
        const auto broken =
            Error{ErrorKind::Gone, 0, "worker " + std::to_string(worker), "ended before its item"};
        if (const auto found = m_busy.find(worker); found != m_busy.end()) {
            auto job = std::move(found->second);
            m_busy.erase(found);
            end(std::move(job), broken);
        }
        if (!m_idle.empty() || !m_busy.empty())
            return;
        for (auto &job : std::exchange(m_waiting, {}))
            end(std::move(job), broken);
    }

    ItemEnd failureOf(unsigned worker) const
    {
        if (m_board.state() == RunState::Stop)
            return Error{ErrorKind::Cancelled, 0, "worker " + std::to_string(worker), "stopped"};
        return Error{ErrorKind::System, 0, "worker " + std::to_string(worker), m_board.errorText(worker)};
    }

    const Board &m_board;
    std::vector<unsigned> m_idle;
    std::map<unsigned, Job> m_busy;
    std::deque<Job> m_waiting;
    ProcessCrew m_crew;
};

} // namespace

std::unique_ptr<Executor> Executor::ofThreads(const ModelContext &context)
{
    return std::make_unique<ThreadExecutor>(context);
}

std::unique_ptr<Executor> Executor::ofProcesses(const ModelContext &context)
{
    return std::make_unique<ProcessExecutor>(context);
}

} // namespace timeslice
