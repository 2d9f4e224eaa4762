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

    @Test func `all tries take between four and eight hours, and some minutes`() {
        func total(_ byte: UInt8) -> Duration {
            let schedule = RetrySchedule()
            return (1..<schedule.tries).reduce(.zero) {
                $0 + (schedule.pause(after: $1, FixedBytes(byte: byte)) ?? .zero)
            }
        }
        let longest = Duration.seconds(8 * 3600 + 8 * 60 + 15)
        #expect(total(0) == longest / 2)
        #expect(total(255) > longest - .seconds(1) && total(255) <= longest)
    }

    private struct FixedBytes: RandomSource {
        let byte: UInt8

        func bytes(_ count: Int) -> [UInt8] { Array(repeating: byte, count: count) }
    }
}
