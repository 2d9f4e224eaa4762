import GatewayKit
import Testing

@testable import GatewayAccounts

@Suite struct RetryScheduleTests {
    @Test(arguments: [(1, 1000), (2, 2000), (3, 4000), (12, 2_048_000), (13, 3_600_000), (19, 3_600_000)])
    func `each pause is twice the last, up to an hour`(attempt: Int, full: Int64) {
        let longest = RetrySchedule().pause(after: attempt, FixedBytes(byte: 255))
        let shortest = RetrySchedule().pause(after: attempt, FixedBytes(byte: 0))
        #expect(shortest == .milliseconds(full / 2))
        #expect(longest.map { $0 > .milliseconds(full - 100) && $0 <= .milliseconds(full) } == true)
    }

    @Test func `the twentieth try is the last`() {
        #expect(RetrySchedule().pause(after: 20, FixedBytes(byte: 0)) == nil)
    }

    private struct FixedBytes: RandomSource {
        let byte: UInt8

        func bytes(_ count: Int) -> [UInt8] { Array(repeating: byte, count: count) }
    }
}
