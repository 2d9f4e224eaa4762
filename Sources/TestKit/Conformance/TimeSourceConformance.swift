public import GatewayKit
public import Testing

/// What every source of time promises; a test target runs each case as a test:
///
///     @Test(arguments: TimeSourceConformance.allCases)
///     func `keeps a clock's promises`(promise: TimeSourceConformance) async throws {
///         try await promise.verify { TimeSourceUnderTest(ClockUnderTest()) }
///     }
///
/// A clock whose hands move by themselves is waited for, some milliseconds in all.
public enum TimeSourceConformance: String, CaseIterable, Sendable, CustomTestStringConvertible {
    case neverGoesBack = "elapsed time never goes back, whoever reads it"
    case sleepsLongEnough = "a sleep ends no sooner than it was asked to"
    case sleepsForNothing = "a sleep of no time ends by itself"
    case endsWhenCancelled = "a sleep throws as soon as its task is cancelled"
    case refusesTheCancelled = "a task that was cancelled before does not sleep"

    public var testDescription: String { rawValue }

    /// Checks the promise on a source of time.
    public func verify(_ make: () async throws -> TimeSourceUnderTest) async throws {
        let subject = try await make()
        switch self {
        case .neverGoesBack: await Self.checkOrder(subject.time)
        case .sleepsLongEnough:
            for length in [Duration.nanoseconds(1), .microseconds(1_500), .milliseconds(3)] {
                try await Self.checkSleep(length, subject)
            }
        case .sleepsForNothing:
            try await subject.time.sleep(for: .zero)
            try await subject.time.sleep(for: .seconds(-1))
        case .endsWhenCancelled: await Self.checkCancellation(subject.time, beforehand: false)
        case .refusesTheCancelled: await Self.checkCancellation(subject.time, beforehand: true)
        }
    }

    private static func checkOrder(_ time: any TimeSource) async {
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<4 {
                group.addTask {
                    let readings = (0..<1_000).map { _ in time.elapsed() }
                    #expect(zip(readings, readings.dropFirst()).allSatisfy { $0 <= $1 })
                }
            }
        }
    }

    private static func checkSleep(_ length: Duration, _ subject: TimeSourceUnderTest) async throws {
        let time = subject.time
        let start = time.elapsed()
        try await withThrowingTaskGroup(of: Duration.self) { group in
            group.addTask {
                try await time.sleep(for: length)
                return time.elapsed()
            }
            if case .areMoved(_, let move) = subject.hands { try await move(length) }
            for try await end in group { #expect(end - start >= length) }
        }
    }

    private static func checkCancellation(_ time: any TimeSource, beforehand: Bool) async {
        await withTaskGroup(of: Bool.self) { group in
            if beforehand { group.cancelAll() }
            group.addTask {
                do {
                    try await time.sleep(for: .seconds(3600))
                    return false
                } catch {
                    return error is CancellationError
                }
            }
            // Most likely it sleeps by then; what it promises does not depend on that.
            for _ in 0..<10 { await Task.yield() }
            group.cancelAll()
            for await isCancellation in group { #expect(isCancellation) }
        }
    }
}

/// A source of time, and who moves its hands.
public struct TimeSourceUnderTest: Sendable {
    /// Who moves the hands of a clock.
    public enum Hands: Sendable {
        /// They move by themselves, as the system's do.
        case moveByThemselves
        /// A test moves them on by so much, once somebody sleeps; say why.
        case areMoved(because: String, by: @Sendable (Duration) async throws -> Void)
    }

    /// The source of time.
    public let time: any TimeSource
    /// Who moves its hands.
    public let hands: Hands

    /// States both.
    public init(_ time: any TimeSource, hands: Hands = .moveByThemselves) {
        self.time = time
        self.hands = hands
    }
}
