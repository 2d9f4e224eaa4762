import GatewayKit

/// When a mail that was not taken is tried again, and when it is given up.
struct RetrySchedule: Sendable {
    /// The pause after the first try; each further one is twice as long.
    var first = Duration.seconds(1)
    /// The longest pause.
    var longest = Duration.seconds(3600)
    /// How many tries a mail gets; with these pauses the last comes between 4 h 4 min and 8 h 8 min after the first.
    var tries = 20

    /// The pause after the try of that number, counted from 1, or nil when it was the last. At random between half and
    /// all of the full pause, so that the mails of an outage do not come back all at once.
    func pause(after attempt: Int, _ random: any RandomSource) -> Duration? {
        guard attempt < tries else { return nil }
        var full = first
        for _ in 1..<max(attempt, 1) { full = min(full * 2, longest) }
        let dice = random.bytes(2).reduce(0) { $0 << 8 | Int64($1) }
        return .milliseconds(full.wholeMilliseconds / 2 * (65_536 + dice) / 65_536)
    }
}
