import Foundation

/// A moment of one of the system's clocks, in nanoseconds.
struct Moment: Comparable {
    let nanoseconds: Int64

    static func now(by clock: clockid_t = CLOCK_MONOTONIC) -> Moment {
        var time = timespec()
        clock_gettime(clock, &time)
        return Moment(nanoseconds: Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec))
    }

    var seconds: Double { Double(nanoseconds) / 1e9 }

    func advanced(bySeconds seconds: Double) -> Moment {
        Moment(nanoseconds: nanoseconds + Int64(seconds * 1e9))
    }

    /// Seconds since another moment.
    func since(_ other: Moment) -> Double { Double(nanoseconds - other.nanoseconds) / 1e9 }

    /// Blocks the thread until this moment of the monotonic clock.
    func wait() {
        var time = timespec(tv_sec: Int(nanoseconds / 1_000_000_000), tv_nsec: Int(nanoseconds % 1_000_000_000))
        while clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &time, nil) == EINTR {}
    }

    static func < (left: Self, right: Self) -> Bool { left.nanoseconds < right.nanoseconds }
}
