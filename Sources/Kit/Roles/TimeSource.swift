/// Where the time comes from: the system's clocks in a running gateway, a hand-moved one in tests.
/// `TimeSourceConformance` in TestKit is what an implementation must pass.
public protocol TimeSource: Sendable {
    /// The civil time, for what is stored or stated to others.
    func now() -> Timestamp

    /// Time since some fixed moment, which never goes back: for deadlines and ages.
    func elapsed() -> Duration

    /// Waits that long; throws `CancellationError` as soon as the task is cancelled.
    func sleep(for duration: Duration) async throws
}
