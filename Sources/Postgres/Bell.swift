#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Wakes a thread that waits for a socket; it rings once and for all.
final class Bell: Sendable {
    /// Can be read once it has rung.
    let descriptor: Int32
    private let end: Int32

    init() {
        var ends: [Int32] = [-1, -1]
        unsafe pipe(&ends)
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        (descriptor, end) = (ends[0], ends[1])
        _ = fcntl(end, F_SETFL, O_NONBLOCK)
    }

    deinit {
        close(descriptor)
        close(end)
    }

    func ring() {
        var byte: UInt8 = 1
        unsafe write(end, &byte, 1)
    }

    var isRung: Bool { isReadable(within: 0) }

    /// Waits until it rings, for so long at most.
    func wait(atMost duration: Duration) { _ = isReadable(within: duration.millisecondsUp) }

    private func isReadable(within milliseconds: Int32) -> Bool {
        var place = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        return unsafe poll(&place, 1, milliseconds) > 0
    }
}
