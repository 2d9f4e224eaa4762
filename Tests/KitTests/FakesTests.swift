import GatewayKit
import GatewayTestKit
import Synchronization
import Testing

/// Fakes stand for the real thing in tests of flows, so they keep what it promises.
@Suite struct FakesTests {
    @Test(arguments: PasswordHasherConformance.allCases)
    func `the fake hasher keeps a hasher's promises`(promise: PasswordHasherConformance) async throws {
        try await promise.verify { FakePasswordHasher() }
    }

    @Test(arguments: RateLimiterConformance.allCases)
    func `the fake limiter keeps a limiter's promises`(promise: RateLimiterConformance) async throws {
        try await promise.verify { FakeRateLimiter(time: $0) }
    }

    @Test(arguments: TokenIssuerConformance.allCases)
    func `the fake issuer keeps an issuer's promises`(promise: TokenIssuerConformance) async throws {
        let books = Books()
        try await promise.verify { provision in
            FakeTokenIssuer(time: provision.time, book: books.book(of: try provision.storage()))
        }
    }

    @Test(arguments: TimeSourceConformance.allCases)
    func `the hand-moved clock keeps a clock's promises`(promise: TimeSourceConformance) async throws {
        try await promise.verify {
            let time = ManualTime()
            let hands = TimeSourceUnderTest.Hands.areMoved(because: "tests say when time passes") { duration in
                try await time.waitForSleepers()
                time.advance(by: duration)
            }
            return TimeSourceUnderTest(time, hands: hands)
        }
    }

    @Test(arguments: RandomSourceConformance.allCases)
    func `the counted generator keeps a generator's promises`(promise: RandomSourceConformance) async {
        await promise.verify { CountedRandom() }
    }
}

/// One book a store, as real issuers find their keys in it.
private final class Books: Sendable {
    private let all = Mutex<[ObjectIdentifier: FakeTokenIssuer.Book]>([:])

    func book(of storage: any Storage) -> FakeTokenIssuer.Book {
        all.withLock { all in
            let id = ObjectIdentifier(storage as AnyObject)
            let book = all[id] ?? FakeTokenIssuer.Book()
            all[id] = book
            return book
        }
    }
}
