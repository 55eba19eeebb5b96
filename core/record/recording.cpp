// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/record/recording.h"

namespace timeslice {

const char *nameOf(Outcome outcome)
{
    switch (outcome) {
    case Outcome::Completed:
        return "completed";
    case Outcome::Stopped:
        return "stopped";
    case Outcome::Failed:
        return "failed";
    }
    return "failed";
}

const char *nameOf(TraceSource source)
{
    switch (source) {
    case TraceSource::Off:
        return "off";
    case TraceSource::None:
        return "none";
    case TraceSource::Perf:
        return "perf";
    case TraceSource::Sampled:
        return "sampled";
    }
    return "none";
}

} // namespace timeslice
