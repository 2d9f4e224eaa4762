import GatewayKit
import GatewayTestKit
import Testing

@Suite(.timeLimit(.minutes(5))) struct SystemSourcesTests {
    @Test(arguments: TimeSourceConformance.allCases)
    func `the system's clocks keep a clock's promises`(promise: TimeSourceConformance) async throws {
        try await promise.verify { TimeSourceUnderTest(SystemTime()) }
    }

    @Test(arguments: RandomSourceConformance.allCases)
    func `the system's generator keeps a generator's promises`(promise: RandomSourceConformance) async {
        await promise.verify { SystemRandom() }
    }
}
