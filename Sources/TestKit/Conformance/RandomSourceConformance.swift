public import GatewayKit
public import Testing

/// What every source of random bytes promises; a test target runs each case as a test:
///
///     @Test(arguments: RandomSourceConformance.allCases)
///     func `keeps a generator's promises`(promise: RandomSourceConformance) async {
///         await promise.verify { GeneratorUnderTest() }
///     }
///
/// That nobody can predict the bytes is a promise too, which no test can hold anyone to.
public enum RandomSourceConformance: String, CaseIterable, Sendable, CustomTestStringConvertible {
    case givesAsManyAsAsked = "there are as many bytes as were asked for, even none"
    case neverRepeats = "of a thousand values of 16 bytes no two are alike"
    case neverRepeatsInParallel = "those that draw at once get different values"
    case usesEveryValue = "a byte takes every value"
    case drawsIdentifiers = "an id has 26 characters of a-z and 2-7, and is no other's"

    public var testDescription: String { rawValue }

    /// Checks the promise on a new source.
    public func verify(_ make: () async throws -> any RandomSource) async rethrows {
        let random = try await make()
        switch self {
        case .givesAsManyAsAsked:
            for count in Array(0...33) + [255, 256, 257, 4_096] { #expect(random.bytes(count).count == count) }
        case .neverRepeats: #expect(Set((0..<1_000).map { _ in random.bytes(16) }).count == 1_000)
        case .neverRepeatsInParallel:
            let values = await withTaskGroup(of: [[UInt8]].self) { group in
                for _ in 0..<8 { group.addTask { (0..<125).map { _ in random.bytes(16) } } }
                return await group.reduce(into: Set<[UInt8]>()) { $0.formUnion($1) }
            }
            #expect(values.count == 1_000)
        // That one of 256 values is missing among so many bytes has a chance below 1 in 10^100.
        case .usesEveryValue: #expect(Set(random.bytes(65_536)).count == 256)
        case .drawsIdentifiers:
            let identifiers = (0..<1_000).map { _ in random.identifier() }
            #expect(Set(identifiers).count == 1_000)
            let alphabet = Set("abcdefghijklmnopqrstuvwxyz234567")
            #expect(identifiers.allSatisfy { $0.count == 26 && alphabet.isSuperset(of: $0) })
        }
    }
}
