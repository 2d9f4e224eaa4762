import GatewayKit
import GatewayTestKit
import Testing

@testable import GatewayProviders

@Suite struct RefusedKeysTests {
    @Test func `no more are kept than fit, and those that are over make room`() {
        let time = ManualTime()
        let refused = RefusedKeys(capacity: 2, time: time)
        func refuse(_ key: UInt8, for seconds: Int64) {
            refused.add(
                [key],
                RateVerdict(
                    isAllowed: false, remaining: 0, retryAfter: .seconds(seconds), resetAfter: .seconds(60)))
        }
        refuse(1, for: 5)
        refuse(2, for: 50)
        refuse(3, for: 50)
        #expect(refused.verdict(on: [1])?.retryAfter == .seconds(5))
        #expect(refused.verdict(on: [2]) != nil && refused.verdict(on: [3]) == nil)
        time.advance(by: .seconds(5))
        refuse(3, for: 50)
        #expect(refused.verdict(on: [1]) == nil)
        #expect(refused.verdict(on: [2])?.retryAfter == .seconds(45))
        #expect(refused.verdict(on: [3])?.retryAfter == .seconds(50))
    }
}
