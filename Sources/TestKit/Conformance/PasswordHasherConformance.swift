public import GatewayKit
public import Testing

/// What every password hasher promises; a test target runs each case as a test:
///
///     @Test(arguments: PasswordHasherConformance.allCases)
///     func `keeps a hasher's promises`(promise: PasswordHasherConformance) async throws {
///         try await promise.verify { HasherUnderTest() }
///     }
///
/// Each case computes a few hashes, so choose cheap settings.
public enum PasswordHasherConformance: String, CaseIterable, Sendable, CustomTestStringConvertible {
    case knowsItsOwn = "a hash matches its own password, and is not outdated"
    case refusesOthers = "a hash matches no other password"
    case salts = "two hashes of one password differ"
    case normalises = "composed and decomposed characters are one password"
    case readsToTheEnd = "a password counts to its last byte, however long"
    case readsBehindNUL = "a password counts behind a NUL"
    case takesAnything = "the empty password and any Unicode can be hashed"
    case survivesDamage = "a stored hash that cannot be read differs from every password"
    case adoptsItsOwn = "a hasher that takes over hashes at all takes its own over as they are, and refuses junk"
    case knowsNobody = "verifying nobody ends like any verification"
    case hashesInParallel = "hashes that are asked for at once are all right"
    case hidesPasswords = "a hash does not hold its password"

    public var testDescription: String { rawValue }

    /// Checks the promise on a new hasher.
    public func verify(_ make: () async throws -> any PasswordHasher) async throws {
        let hasher = try await make()
        switch self {
        case .knowsItsOwn:
            let hash = try await hasher.hash(Password("correct horse"))
            #expect(try await hasher.verify(Password("correct horse"), against: hash) == .matches(isOutdated: false))
        case .refusesOthers:
            let hash = try await hasher.hash(Password("correct horse"))
            for other in ["", "correct horsf", "correct horse ", "Correct horse", "correct hors"] {
                #expect(try await hasher.verify(Password(other), against: hash) == .differs, "\(other)")
            }
        case .salts:
            let first = try await hasher.hash(Password("correct horse"))
            #expect(try await hasher.hash(Password("correct horse")) != first)
        case .normalises:
            let hash = try await hasher.hash(Password("p\u{e4}ssw\u{f6}rd"))
            let decomposed = Password("pa\u{308}sswo\u{308}rd")
            #expect(try await hasher.verify(decomposed, against: hash) == .matches(isOutdated: false))
        case .readsToTheEnd:
            for length in [72, 73, 255, 4096] {
                let stem = String(repeating: "x", count: length - 1)
                try await Self.check(stem + "a", differsFrom: stem + "b", hasher)
            }
        case .readsBehindNUL: try await Self.check("before\0after", differsFrom: "before\0other", hasher)
        case .takesAnything:
            for text in ["", "\0", "パスワード", "👩‍👩‍👧‍👦", String(repeating: "é", count: 256)] {
                let hash = try await hasher.hash(Password(text))
                #expect(try await hasher.verify(Password(text), against: hash) == .matches(isOutdated: false))
            }
        case .survivesDamage:
            let whole = try await hasher.hash(Password("correct horse")).reveal()
            let none = PasswordHash.noPassword.reveal()
            for text in [
                "", none, "x", "$", "$$$$$$", "plain text", String(whole.dropLast()), whole + "a", "!" + whole, "é",
            ] {
                let verdict = try await hasher.verify(Password("correct horse"), against: PasswordHash(text))
                #expect(verdict == .differs, "\(text)")
            }
        case .adoptsItsOwn: try await Self.checkAdoption(hasher)
        case .knowsNobody:
            try await hasher.verifyNobody(Password("correct horse"))
            try await hasher.verifyNobody(Password(String(repeating: "x", count: 200)))
        case .hashesInParallel: try await Self.checkParallel(hasher)
        case .hidesPasswords:
            #expect(try await !hasher.hash(Password("correcthorse")).reveal().contains("correcthorse"))
        }
    }

    private static func check(_ text: String, differsFrom other: String, _ hasher: any PasswordHasher) async throws {
        let hash = try await hasher.hash(Password(text))
        #expect(try await hasher.verify(Password(other), against: hash) == .differs)
        #expect(try await hasher.verify(Password(text), against: hash) == .matches(isOutdated: false))
    }

    private static func checkAdoption(_ hasher: any PasswordHasher) async throws {
        let hash = try await hasher.hash(Password("correct horse"))
        if let adopted = try? hasher.adopted(.string(hash.reveal())) { #expect(adopted == hash) }
        for junk: JSONValue in [.null, true, 7, "", "*", "x", "$$$$", [], [:], ["hash": .string(hash.reveal())]] {
            #expect(throws: InputRefusal.self) { try hasher.adopted(junk) }
        }
    }

    private static func checkParallel(_ hasher: any PasswordHasher) async throws {
        let hash = try await hasher.hash(Password("number 0"))
        let verdicts = try await withThrowingTaskGroup(of: (Int, PasswordVerdict).self) { group in
            for number in 0..<8 {
                group.addTask { (number, try await hasher.verify(Password("number \(number)"), against: hash)) }
            }
            return try await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
        }
        for number in 0..<8 {
            #expect(verdicts[number] == (number == 0 ? .matches(isOutdated: false) : .differs))
        }
    }
}
