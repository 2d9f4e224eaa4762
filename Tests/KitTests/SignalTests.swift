import GatewayTestKit
import Testing

@testable import GatewayKit

@Suite(.timeLimit(.minutes(5))) struct SignalTests {
    @Test func `a poke before the wait and one during it both end it`() async throws {
        let (signal, time) = (Signal(), ManualTime())
        signal.poke()
        signal.poke()
        try await signal.wait(atMost: .seconds(60), by: time)
        async let waiting: Void = signal.wait(atMost: .seconds(60), by: time)
        try await time.waitForSleepers()
        signal.poke()
        try await waiting
        #expect(time.sleeperCount == 0)
    }

    @Test func `a wait without a poke ends in its time`() async throws {
        let (signal, time) = (Signal(), ManualTime())
        async let waiting: Void = signal.wait(atMost: .seconds(60), by: time)
        try await time.waitForSleepers()
        time.advance(by: .seconds(60))
        try await waiting
    }

    @Test func `nothing is kept of a wait whose end and cancellation met`() async throws {
        var kept = 0
        for _ in 0..<2000 {
            // New ones each time: a poke that came before the wait would end the next one before anybody sleeps.
            let (signal, time) = (Signal(), ManualTime())
            await withTaskGroup(of: Void.self) { group in
                group.addTask { try? await signal.wait(atMost: .seconds(60), by: time) }
                try? await time.waitForSleepers()
                signal.poke()
                group.cancelAll()
            }
            kept += signal.waitCount
        }
        #expect(kept == 0)
    }
}
