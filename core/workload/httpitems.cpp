// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/workload/httpitems.h"

#include "core/workload/digest.h"
#include "core/workload/httpbody.h"
#include "core/workload/httpconnection.h"

#include <algorithm>

namespace timeslice {

namespace {

// The token becomes part of a request, so it may hold nothing that ends a line or a field.
bool isUsableToken(std::string_view token)
{
    return !token.empty() && token.size() <= 128
        && std::ranges::all_of(token, [](char c) { return c > ' ' && c < 0x7f; });
}

using Plan = HttpItemMaker::Plan;

HttpConnection::Request requestFor(const Plan &plan, std::uint64_t item)
{
    return {
        .target = "/item/" + std::to_string(item) + "?delay_ms=" + std::to_string(plan.delayMs)
            + "&bytes=" + std::to_string(plan.bytes) + "&seed=" + std::to_string(plan.seed),
        .bodyBytes = plan.bytes,
        .keepAlive = plan.keepAlive};
}

MonotonicTime deadlineFor(const Plan &plan)
{
    return MonotonicClock::now() + std::chrono::milliseconds(plan.delayMs) + plan.patience;
}

class HttpItems final : public WorkerItems {
public:
    HttpItems(const Plan &plan, const HttpEndpoint &endpoint, const TlsUse &tls, Sha256 sha)
        : m_plan(plan)
        , m_connection(endpoint, plan.bytes, tls)
        , m_sha(std::move(sha))
    { }

    Result<std::uint64_t> carryOut(std::uint64_t item, const StopToken &stop) override
    {
        const auto body = m_connection.get(requestFor(m_plan, item), deadlineFor(m_plan), stop);
        if (!body)
            return std::unexpected(body.error());
        return firstWord(m_sha.of(*body));
    }

private:
    Plan m_plan;
    HttpConnection m_connection;
    Sha256 m_sha;
};

class StepwiseHttp final : public StepwiseItems {
public:
    StepwiseHttp(
        const Plan &plan, const HttpEndpoint &endpoint, const TlsUse &tls, std::shared_ptr<Sha256> sha)
        : m_plan(plan)
        , m_connection(endpoint, plan.bytes, tls)
        , m_sha(std::move(sha))
    { }

    void begin(std::uint64_t item) override
    {
        m_connection.begin(requestFor(m_plan, item), deadlineFor(m_plan));
    }

    Step step() override
    {
        auto next = m_connection.step();
        if (const auto *const waiting = std::get_if<Waiting>(&next))
            return *waiting;
        const auto &body = std::get<HttpConnection::Answer>(next);
        return body ? firstWord(m_sha->of(*body)) : std::unexpected(body.error());
    }

private:
    const Plan &m_plan; ///< The maker's.
    HttpConnection m_connection;
    std::shared_ptr<Sha256> m_sha; ///< Of all coroutines of the loop: no digest is interrupted by another.
};

Result<Sha256> prepare(const WorkerResources &resources)
{
    if (!resources.httpServer || resources.httpServer->port == 0
        || !isUsableToken(resources.httpServer->token))
        return fail(ErrorKind::Unsupported, "http", "the worker was given no local server to ask");
    return Sha256::create();
}

} // namespace

HttpItemMaker::HttpItemMaker(const WorkSpec &spec, std::chrono::seconds patience)
    : m_plan{
          .seed = spec.seed,
          .delayMs = static_cast<std::uint64_t>(spec.params.integer("delay_ms")),
          .bytes = static_cast<std::size_t>(spec.params.integer("bytes")),
          .keepAlive = spec.params.toggle("keep_alive"),
          .patience = patience}
{ }

std::vector<Parameter> HttpItemMaker::parameters()
{
    return {
        Parameter::integer(
            "delay_ms", "Delay", "ms", "How long the server waits before it answers.", 50, 0,
            static_cast<std::int64_t>(kHttpMaxDelayMs)),
        Parameter::integer(
            "bytes", "Size of the answer", "bytes", "How long the body of each answer is.", 256, 1,
            static_cast<std::int64_t>(kHttpMaxBodyBytes)),
        Parameter::toggle(
            "keep_alive", "Keep the connection",
            "Each worker uses one connection for all of its requests; off: a new one for each.", true),
    };
}

Result<std::unique_ptr<WorkerItems>>
HttpItemMaker::makeWorker(const WorkerResources &resources, const TlsUse &tls) const
{
    auto sha = prepare(resources);
    if (!sha)
        return std::unexpected(sha.error());
    return std::make_unique<HttpItems>(m_plan, *resources.httpServer, tls, std::move(*sha));
}

Result<std::vector<std::unique_ptr<StepwiseItems>>>
HttpItemMaker::makeStepwise(const WorkerResources &resources, std::size_t count, const TlsUse &tls) const
{
    auto sha = prepare(resources);
    if (!sha)
        return std::unexpected(sha.error());
    const auto shared = std::make_shared<Sha256>(std::move(*sha));
    std::vector<std::unique_ptr<StepwiseItems>> all(count);
    for (auto &one : all)
        one = std::make_unique<StepwiseHttp>(m_plan, *resources.httpServer, tls, shared);
    return all;
}

} // namespace timeslice
