// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/worker/workercommands.h"

#include "core/model/model.h"
#include "core/model/processcrew.h"
#include "core/run/runplan.h"
#include "core/workload/catalogue.h"
#include "core/workload/datasource.h"

#include <QFile>

#include <charconv>
#include <csignal>
#include <cstdio>
#include <optional>
#include <string_view>
#include <unistd.h>

namespace timeslice {

namespace {

enum ExitCode { Done = 0, BadArguments = 2, CannotWork = 3, ItemFailed = 4 };

template <typename T>
std::optional<T> number(std::string_view text)
{
    T value{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    return error == std::errc() && end == text.data() + text.size() ? std::optional(value) : std::nullopt;
}

int complain(const Error &error)
{
    std::fprintf(stderr, "timeslice-worker: %s\n", describe(error).c_str());
    return CannotWork;
}

QString ownProgram()
{
    return QFile::symLinkTarget(QStringLiteral("/proc/self/exe"));
}

// The input data as this child was given them: mapped memory or a pair of pipes.
struct LeafData {
    Mapping mapping;
    std::unique_ptr<DataSource> source;

    static Result<LeafData> make(std::span<char *> arguments)
    {
        LeafData data;
        if (arguments.size() < 3)
            return data;
        const std::string_view way = arguments[0];
        const auto fd = number<int>(arguments[1]);
        if (way == "shared" && fd) {
            const auto bytes = number<std::size_t>(arguments[2]);
            auto mapped = Mapping::shared(*fd, bytes.value_or(0), Mapping::Access::ReadOnly);
            if (!mapped)
                return std::unexpected(mapped.error());
            data.mapping = std::move(*mapped);
            data.source = std::make_unique<MappedData>(data.mapping.bytes());
        } else if (const auto replyFd = number<int>(arguments[2]); way == "pipe" && fd && replyFd) {
            data.source = std::make_unique<PipedData>(*fd, *replyFd);
        }
        return data;
    }
};

void say(char byte)
{
    [[maybe_unused]] const auto written =
        ::write(STDOUT_FILENO, &byte, 1); // a parent that is gone needs no answer
}

// Items as they are asked for on the standard input, until that is closed or the run ends.
Result<void> carryOutRequests(WorkerSession &session, const ModelContext &context)
{
    std::uint64_t item = 0;
    while (::read(STDIN_FILENO, &item, sizeof item) == sizeof item) {
        const auto done = session.carryOut(item);
        say(done ? kDoneByte : kFailedByte);
        if (!done && done.error().kind != ErrorKind::Cancelled && context.stopsOnFailure()) {
            context.board->stop();
            return done;
        }
    }
    return {};
}

} // namespace

int runLeafCommand(std::span<char *> arguments)
{
    ::signal(SIGPIPE, SIG_IGN);
    const auto index = number<unsigned>(arguments[1]);
    const auto plan = readPlan(QString::fromLocal8Bit(arguments[0]), ownProgram());
    if (!plan)
        return complain(plan.error());
    const auto board = Board::open(plan->boardPath().toStdString());
    if (!board)
        return complain(board.error());
    if (!index || *index >= board->workers())
        return BadArguments;
    auto data = LeafData::make(arguments.subspan(3));
    if (!data)
        return complain(data.error());

    const auto &experiment = plan->experiment;
    const auto workload = findWorkload(experiment.workload)->make(workSpecOf(experiment));
    ModelContext context;
    context.experiment = &experiment;
    context.workload = workload.get();
    context.board = &*board;
    context.stopFd = STDIN_FILENO; // its end is the supervisor's way to wake a sleeper
    context.httpServer = plan->httpServer;
    context.cpusAllowed = plan->cpusAllowed;
    context.runDirectory = plan->runDirectory;
    context.workerProgram = plan->workerProgram;
    context.interpreter = plan->interpreter;

    WorkerSession session(*board, *workload, context.stopToken(), context.rulesFor(*index));
    if (const auto entered = session.enter(context.resourcesFor(*index, data->source.get())); !entered)
        return complain(entered.error());
    say(kReadyByte);

    bool hasFailed = false;
    if (session.waitForGo())
        hasFailed =
            !(std::string_view(arguments[2]) == "request"
                  ? carryOutRequests(session, context)
                  : carryOutAll(session, *board, context.stopsOnFailure()));
    session.leave();
    return hasFailed ? ItemFailed : Done;
}

} // namespace timeslice
