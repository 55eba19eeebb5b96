// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/workload/datasource.h"

#include "core/workload/pipeio.h"

#include <array>
#include <bit>
#include <fcntl.h>

namespace timeslice {

namespace {

const char kWhere[] = "data pipe";

// What is asked over the request pipe. Below PIPE_BUF, so one write is never torn; both ends run on one
// machine, so the byte order is its own.
struct Request {
    std::uint64_t offset;
    std::uint64_t size;
};
static_assert(sizeof(Request) == 16);

bool isInside(std::uint64_t offset, std::uint64_t size, std::size_t whole)
{
    return size <= whole && offset <= whole - size;
}

} // namespace

Result<std::span<const std::byte>>
MappedData::fetch(std::size_t offset, std::size_t size, const StopToken & /*stop*/)
{
    if (!isInside(offset, size, m_data.size()))
        return fail(ErrorKind::Malformed, "data", "the range asked for lies outside the data");
    return m_data.subspan(offset, size);
}

PipedData::PipedData(int requestsFd, int repliesFd) noexcept
    : m_requestsFd(requestsFd)
    , m_repliesFd(repliesFd)
{
    makeNonBlocking(m_requestsFd);
    makeNonBlocking(m_repliesFd);
}

Result<std::span<const std::byte>>
PipedData::fetch(std::size_t offset, std::size_t size, const StopToken &stop)
{
    if (size == 0)
        return std::span<const std::byte>{};
    if (!m_inStep)
        return fail(ErrorKind::Gone, kWhere, "an earlier answer was left half read");
    if (m_buffer.bytes().size() < size) {
        // Mapped and not allocated: a size that does not fit is an Error and no exception.
        auto larger = Mapping::anonymous(size);
        if (!larger)
            return std::unexpected(larger.error());
        m_buffer = std::move(*larger);
    }

    m_inStep = false;
    const auto request = std::bit_cast<std::array<std::byte, sizeof(Request)>>(Request{offset, size});
    // The feeder closes its ends when the run stops, perhaps before this worker has looked at the flag.
    const auto stopped = [&] { return fail(ErrorKind::Cancelled, kWhere, "stopped while it waited"); };
    if (auto asked = writeFully(m_requestsFd, request, stop, kWhere); !asked) {
        if (stop.requested())
            return stopped();
        return std::unexpected(asked.error());
    }
    const auto answer = m_buffer.bytes().first(size);
    const auto got = readFully(m_repliesFd, answer, stop, kWhere);
    if (!got)
        return std::unexpected(got.error());
    if (*got < size && stop.requested())
        return stopped();
    if (*got < size)
        return fail(ErrorKind::Gone, kWhere, "the process that holds the data closed the pipe");
    m_inStep = true;
    return answer;
}

Result<void> serveData(int requestsFd, int repliesFd, std::span<const std::byte> data, const StopToken &stop)
{
    makeNonBlocking(requestsFd);
    makeNonBlocking(repliesFd);
#ifdef F_SETPIPE_SZ
    // Fewer and longer hand-overs. A user over the limit of pipe-user-pages-soft keeps the 64 KiB of the
    // default.
    ::fcntl(repliesFd, F_SETPIPE_SZ, 1 << 20);
#endif
    for (;;) {
        std::array<std::byte, sizeof(Request)> bytes{};
        const auto got = readFully(requestsFd, bytes, stop, kWhere);
        if (!got)
            return std::unexpected(got.error());
        if (*got == 0)
            return {};
        if (*got < bytes.size())
            return fail(ErrorKind::Malformed, kWhere, "the worker went away in the middle of a request");
        const auto request = std::bit_cast<Request>(bytes);
        if (!isInside(request.offset, request.size, data.size()))
            return fail(ErrorKind::Malformed, kWhere, "a worker asked for a range outside the data");
        if (auto sent = writeFully(repliesFd, data.subspan(request.offset, request.size), stop, kWhere);
            !sent)
            return sent;
    }
}

} // namespace timeslice
