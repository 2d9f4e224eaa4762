#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Waits for a socket no longer than a deadline allows.
struct SocketWait {
    private let socket: Int32
    private let clock: PostgresClock

    init(_ socket: Int32, _ clock: PostgresClock) {
        self.socket = socket
        self.clock = clock
    }

    /// What ended a wait.
    enum End {
        case socket, other, patience
    }

    /// Waits until something can be done with the socket, or another descriptor can be read, or for as long as whoever
    /// waits has patience, where that ends before the deadline.
    func wait(
        for events: Int16, or waking: Int32 = -1, until deadline: Duration, noLongerThan patience: Duration? = nil
    ) throws(PostgresFailure) -> End {
        let end = patience.map { min(deadline, clock.elapsed() + $0) } ?? deadline
        while true {
            let left = end - clock.elapsed()
            guard left > .zero else {
                if end < deadline { return .patience }
                throw PostgresFailure(.late, "the server did not answer in time")
            }
            var places = [
                pollfd(fd: socket, events: events, revents: 0),
                // One below zero is passed over.
                pollfd(fd: waking, events: Int16(POLLIN), revents: 0),
            ]
            let count = unsafe poll(&places, 2, left.millisecondsUp)
            if count > 0 { return places[1].revents != 0 ? .other : .socket }
            guard count == 0 || errno == EINTR else { throw PostgresFailure(.lost, "the socket cannot be waited for") }
        }
    }
}
